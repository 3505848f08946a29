/**
 * A scene on the page as an accessible grid. The pointer previews the nearest cell, click or Enter
 * locks it, Escape releases, arrow keys move. Shape cells, or else the focused cell, are elements.
 */
import { memo, useEffect, useRef, type KeyboardEvent, type PointerEvent, type MouseEvent } from 'react';
import { moveInGrid } from './gridKeys';
import { paint } from './paint';
import { reachPath } from './reach';
import type { Box, Ink, Raster, Scene, SceneRow, Shape, Spot } from './scene';
import { type Drag, useDrag } from './useDrag';
import './picture.css';

export interface PictureProps {
  readonly scene: Scene;
  readonly ink: Ink;
  readonly label: string;
  readonly testId?: string;
  /** The highlighted cell. */
  readonly active: number | null;
  readonly locked: boolean;
  readonly onHover: (cell: number | null, anchor: DOMRect | null) => void;
  /** null releases. */
  readonly onLock: (cell: number | null) => void;
  /** Absent: its cells are not dragged. */
  readonly drag?: Drag | undefined;
}

export function Picture({ scene, ink, label, testId, active, locked, onHover, onLock, drag }: PictureProps) {
  const { press, endsDrag } = useDrag(drag);
  const box = useRef<HTMLDivElement>(null);
  const { spots, rows, raster, foot, side, width, height } = scene;
  const lit = active === null ? null : spots.of(active);
  const home = lit ?? firstOf(scene);

  const near = (event: PointerEvent | MouseEvent): Spot | null => {
    // Names in sight cover the cells below them.
    if ((event.target as Element).closest('.side, .foot')) return null;
    const at = box.current!.getBoundingClientRect();
    return spots.near(event.clientX - at.left, event.clientY - at.top);
  };
  const hover = (spot: Spot | null) => {
    const at = box.current!.getBoundingClientRect();
    if (spot) onHover(spot.cell, new DOMRect(at.left + spot.x, at.top + spot.y, spot.width, spot.height));
    else onHover(null, null);
  };
  const key = (event: KeyboardEvent) => {
    if (!home) return;
    if (event.key === 'Enter' || event.key === ' ') onLock(home.cell);
    else if (event.key === 'Escape') {
      onLock(null);
      onHover(null, null);
    } else {
      const next = moveInGrid(event.key, home, spots.rows, spots.columns);
      if (!next) return;
      const spot = spots.at(next.row, next.column);
      if (spot) {
        if (locked) onLock(spot.cell);
        hover(spot);
        box.current!.querySelector<SVGElement>(`[data-cell="${spot.cell}"]`)?.focus();
      }
    }
    event.preventDefault();
  };
  const style = lit && boxOf(lit);
  const dragged = drag?.from == null ? null : spots.of(drag.from);
  return (
    <div
      ref={box}
      className={drag ? 'picture draggable' : 'picture'}
      role="grid"
      aria-label={label}
      aria-rowcount={spots.rows}
      aria-colcount={spots.columns}
      data-testid={testId}
      style={{ width, height }}
      onPointerMove={(event) => hover(near(event))}
      onPointerLeave={() => onHover(null, null)}
      onPointerDown={(event) => press(event, near(event)?.cell ?? null)}
      onClick={(event) => {
        const spot = near(event);
        if (spot && !endsDrag(event)) onLock(spot.cell);
      }}
      onKeyDown={key}
      onFocus={(event) => {
        if (home && event.target.matches(':focus-visible'))
          hover(spots.of(Number((event.target as HTMLElement).dataset.cell)));
      }}
      onBlur={() => onHover(null, null)}
    >
      {scene.under && (
        <svg role="presentation" className="under" width={width} height={height}>
          {scene.under.map((shape, index) => (
            <Drawn key={index} shape={shape} />
          ))}
        </svg>
      )}
      {raster && <Painted raster={raster} ink={ink} />}
      <svg role="presentation" width={width} height={height}>
        {scene.shapes.map((shape, index) => (
          <Drawn key={index} shape={shape} isLit={lit !== null && isNameOf(shape, lit)} />
        ))}
        {rows?.map((row, index) => (
          <Row
            key={index}
            index={index}
            row={row}
            active={lit?.row === index ? lit.cell : null}
            tab={home?.row === index ? home.cell : null}
          />
        ))}
        {drag?.reach && <path className="reach" d={reachPath(spots, drag.reach)} />}
        {dragged && <rect className="dragged" {...boxOf(dragged)} />}
        {dragged && style && <rect className="ghost" {...style} />}
        {style && <rect className={locked ? 'ring locked' : 'ring'} {...style} />}
      </svg>
      {foot && (
        <Names
          className="foot"
          box={{ x: 0, y: foot.y, width, height: height - foot.y }}
          {...foot}
          lit={lit}
        />
      )}
      {side && (
        <div role="presentation" className="side" style={{ width: side.width, height }}>
          <Names box={{ x: 0, y: 0, width: side.width, height: foot?.y ?? height }} {...side} lit={lit} />
          {foot && (
            <Names
              className="foot"
              box={{ x: 0, y: foot.y, width: side.width, height: height - foot.y }}
              shapes={side.corner}
              lit={lit}
            />
          )}
        </div>
      )}
      {!rows && home && (
        <div role="row" aria-rowindex={home.row + 1}>
          <div
            role="gridcell"
            tabIndex={0}
            aria-colindex={home.column + 1}
            aria-label={home.label}
            aria-selected={lit !== null}
            data-cell={home.cell}
            style={{ left: home.x, top: home.y, width: home.width, height: home.height }}
          />
        </div>
      )}
    </div>
  );
}

interface NamesProps {
  readonly className?: string;
  /** Their part of the picture. */
  readonly box: Box;
  readonly shapes: readonly Shape[];
  readonly lit: Spot | null;
}

function Names({ className, box: { x, y, width, height }, shapes, lit }: NamesProps) {
  return (
    <svg
      role="presentation"
      className={className}
      width={width}
      height={height}
      viewBox={`${x} ${y} ${width} ${height}`}
    >
      {shapes.map((shape, index) => (
        <Drawn key={index} shape={shape} isLit={lit !== null && isNameOf(shape, lit)} />
      ))}
    </svg>
  );
}

/** A scene without cells. */
export function Still({ scene, label }: { readonly scene: Scene; readonly label: string }) {
  return (
    <svg className="still" role="img" aria-label={label} width={scene.width} height={scene.height}>
      {scene.shapes.map((shape, index) => (
        <Drawn key={index} shape={shape} />
      ))}
    </svg>
  );
}

interface RowProps {
  readonly index: number;
  readonly row: SceneRow;
  readonly active: number | null;
  /** The focusable cell. */
  readonly tab: number | null;
}

const Row = memo(function Row({ index, row, active, tab }: RowProps) {
  return (
    <g role="row" aria-rowindex={index + 1}>
      {row.cells.map(({ spot, shapes }, column) => (
        <g
          key={column}
          {...(spot && {
            role: 'gridcell',
            tabIndex: tab === spot.cell ? 0 : -1,
            'aria-label': spot.label,
            'aria-selected': active === spot.cell,
            'data-cell': spot.cell,
            'data-row': spot.row,
            'data-column': spot.column,
          })}
        >
          {shapes.map((shape, key) => (
            <Drawn key={key} shape={shape} />
          ))}
        </g>
      ))}
    </g>
  );
});

interface DrawnProps {
  readonly shape: Shape;
  readonly isLit?: boolean;
}

/** Drawn again only if it is lit or no longer: there may be a thousand names. */
const Drawn = memo(function Drawn({ shape: { tag: Tag, attributes, text }, isLit }: DrawnProps) {
  return (
    <Tag {...toReact(attributes)} className={isLit ? 'lit' : undefined}>
      {text}
    </Tag>
  );
});

function Painted({ raster, ink }: { readonly raster: Raster; readonly ink: Ink }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { x, y, width, height } = raster;
  useEffect(() => paint(canvas.current!, raster, ink, [height, width]), [raster, ink, width, height]);
  return <canvas ref={canvas} style={{ left: x, top: y, width, height }} />;
}

const boxOf = ({ x, y, width, height }: Spot) => ({ x, y, width, height });

const isNameOf = ({ row, column }: Shape, lit: Spot): boolean => row === lit.row || column === lit.column;

function firstOf({ spots }: Scene): Spot | null {
  for (let row = 0; row < spots.rows; row++)
    for (let column = 0; column < spots.columns; column++) {
      const spot = spots.at(row, column);
      if (spot) return spot;
    }
  return null;
}

/** 'text-anchor' -> 'textAnchor'; React takes 'aria-hidden' as it is. */
function toReact(attributes: Shape['attributes']): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.startsWith('aria-') ? name : name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
