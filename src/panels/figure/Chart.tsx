/** A scene on the page: the pointer finds the nearest spot, arrow keys move between spots, Enter locks. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { moveInGrid } from '../../ui/gridKeys';
import type { Scene, Spot } from './scene';
import { maxOf } from '../../util/lists';

export interface ChartProps {
  readonly scene: Scene;
  readonly label: string;
  readonly testId: string;
  /** The lit cell. */
  readonly active: number | null;
  readonly locked: boolean;
  readonly labelOf: (cell: number) => string;
  readonly onHover: (cell: number | null, anchor: DOMRect | null) => void;
  /** null releases. */
  readonly onLock: (cell: number | null) => void;
}

/** The pointer has to be so near, in pixels. */
const REACH = 40;

export function Chart({ scene, label, testId, active, locked, labelOf, onHover, onLock }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const lit = scene.spots.find((spot) => spot.cell === active) ?? null;
  const home = lit ?? scene.spots[0];

  const near = (event: PointerEvent | React.MouseEvent): Spot | null => {
    const at = box.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - at.left, event.clientY - at.top];
    const distance = (spot: Spot) =>
      Math.hypot(
        Math.max(spot.x - x, 0, x - spot.x - spot.width),
        Math.max(spot.y - y, 0, y - spot.y - spot.height),
      );
    const nearest = scene.spots.reduce<Spot | null>(
      (best, spot) => (best && distance(best) <= distance(spot) ? best : spot),
      null,
    );
    return nearest && distance(nearest) <= REACH ? nearest : null;
  };
  const anchor = (spot: Spot): DOMRect => {
    const at = box.current!.getBoundingClientRect();
    return new DOMRect(at.left + spot.x, at.top + spot.y, spot.width, spot.height);
  };
  const key = (event: KeyboardEvent) => {
    if (!home) return;
    if (event.key === 'Enter' || event.key === ' ') onLock(home.cell);
    else if (event.key === 'Escape') {
      onLock(null);
      onHover(null, null);
    } else {
      const rows = 1 + maxOf(scene.spots.map(({ row }) => row));
      const columns = 1 + maxOf(scene.spots.map(({ column }) => column));
      const next = moveInGrid(event.key, home, rows, columns);
      const spot =
        next && scene.spots.find((other) => other.row === next.row && other.column === next.column);
      if (!next) return;
      if (spot) {
        if (locked) onLock(spot.cell);
        onHover(spot.cell, anchor(spot));
      }
    }
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className="chart"
      role="grid"
      aria-label={label}
      data-testid={testId}
      onPointerMove={(event) => {
        const spot = near(event);
        onHover(spot?.cell ?? null, spot && anchor(spot));
      }}
      onPointerLeave={() => onHover(null, null)}
      onClick={(event) => {
        const spot = near(event);
        if (spot) onLock(spot.cell);
      }}
      onKeyDown={key}
    >
      <svg width={scene.width} height={scene.height} aria-hidden="true">
        {scene.shapes.map(({ tag: Tag, attributes, text }, index) => (
          <Tag key={index} {...toReact(attributes)}>
            {text}
          </Tag>
        ))}
      </svg>
      {home && (
        <div role="row">
          <div
            role="gridcell"
            tabIndex={0}
            aria-label={labelOf(home.cell)}
            aria-selected={lit !== null}
            className={lit ? (locked ? 'spot active locked' : 'spot active') : 'spot'}
            data-cell={home.cell}
            style={{ left: home.x, top: home.y, width: home.width, height: home.height }}
            onFocus={(event) => {
              if (event.target.matches(':focus-visible')) onHover(home.cell, anchor(home));
            }}
            onBlur={() => onHover(null, null)}
          />
        </div>
      )}
    </div>
  );
}

/** 'text-anchor' -> 'textAnchor'. */
function toReact(attributes: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
