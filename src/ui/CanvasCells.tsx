/**
 * The body of a heatmap with many cells: one picture, scaled by the browser. Only the cell that has the focus is an
 * element (as ARIA's grid allows), and it moves over the picture.
 */
import { useEffect, useRef, type PointerEvent } from 'react';
import { colours } from './colour';
import type { GridPosition } from './gridKeys';
import type { CellAt, HeatmapProps } from './heatmapProps';
import { RowLabel } from './RowLabel';
import { rgb } from './rgb';
import { strongest } from './strongest';

export interface CanvasCellsProps extends HeatmapProps {
  readonly cells: CellAt;
  /** The one cell that can have the focus. */
  readonly cursor: GridPosition;
}

/** Rows are as high as elsewhere, or less, so that a picture of many rows stays on one screen. */
const ROW_HEIGHT = 24;
const MOST_HEIGHT = 480;
/** Pixels of the picture along each side at most: where cells are smaller, the strongest of several is painted. */
const MOST_PIXELS = MOST_HEIGHT;
/** With more, the page may have less room than pixels: then every one keeps its share of what is drawn. */
const SHARP_PIXELS = 240;
/** A row's name is as high as this; of lower rows only some have names. */
const LEGIBLE = 12;
/** So many column names have room, across and written upwards. */
const COLUMN_NAMES = 12;
const TALL_COLUMN_NAMES = 24;
const SHADES = 128;

export function CanvasCells(props: CanvasCellsProps) {
  const { cells, rows, columns, columnName, theme, scale, cursor, active, locked, tallFoot } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [R, C] = [rows.length, columns.length];
  const height = Math.min(ROW_HEIGHT, MOST_HEIGHT / R);
  const step = Math.ceil(Math.max(R, C) / MOST_PIXELS);
  const [down, across] = [Math.ceil(R / step), Math.ceil(C / step)];
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(across, down);
    const colour = colours(scale, theme);
    // Strengths from -1 to 1, in steps: looking up is much faster than mixing colours.
    const table = Array.from({ length: 2 * SHADES + 1 }, (_, i) => rgb(colour(i / SHADES - 1)));
    const masked = rgb(theme === 'dark' ? '#26282d' : '#e4e3df');
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const cell = strongest(cells, {
          rows: [y * step, Math.min(R, (y + 1) * step)],
          columns: [x * step, Math.min(C, (x + 1) * step)],
        });
        const shade = Math.round((Math.min(1, Math.max(-1, cell.strength)) + 1) * SHADES);
        const [red, green, blue] = cell.masked ? masked : table[shade]!;
        // Faded where the number could be chance: there is no room to hatch.
        image.data.set([red, green, blue, cell.uncertain ? 96 : 255], (y * across + x) * 4);
      }
    }
    context.putImageData(image, 0, 0);
  }, [cells, R, C, step, down, across, scale, theme]);

  const at = (event: PointerEvent): GridPosition => {
    const box = canvas.current!.getBoundingClientRect();
    const part = (value: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(value * size)));
    return {
      row: part((event.clientY - box.top) / box.height, R),
      column: part((event.clientX - box.left) / box.width, C),
    };
  };
  const placeOf = ({ row, column }: GridPosition): DOMRect => {
    const box = canvas.current!.getBoundingClientRect();
    const [w, h] = [box.width / C, box.height / R];
    return new DOMRect(box.left + column * w, box.top + row * h, w, h);
  };
  const everyRow = Math.ceil(LEGIBLE / height);
  const everyColumn = Math.ceil(C / (tallFoot ? TALL_COLUMN_NAMES : COLUMN_NAMES));
  const labelHeight = everyRow * height;
  const cell = cells(cursor.row, cursor.column);
  const percent = (part: number, of: number) => `${(part / of) * 100}%`;
  return (
    <>
      <div className="canvas-row">
        <div className="canvas-labels">
          {rows.map(
            (row, r) =>
              r % everyRow === 0 && (
                <span
                  key={r}
                  className={active?.row === r ? 'row-label lit' : 'row-label'}
                  style={{ height: labelHeight, lineHeight: `${labelHeight}px` }}
                  title={row.text}
                >
                  <RowLabel label={row} />
                </span>
              ),
          )}
        </div>
        <div
          className="canvas-cells"
          role="rowgroup"
          style={{ height: height * R }}
          onPointerMove={(event) => {
            const place = at(event);
            if (!cells(place.row, place.column).masked) props.onHover(place, placeOf(place));
          }}
          onPointerUp={(event) => {
            const place = at(event);
            if (!cells(place.row, place.column).masked) props.onLock(place);
          }}
        >
          <canvas
            ref={canvas}
            width={across}
            height={down}
            className={Math.max(across, down) > SHARP_PIXELS ? 'fine' : undefined}
          />
          <div role="row" aria-rowindex={cursor.row + 1}>
            <div
              role="gridcell"
              tabIndex={0}
              aria-colindex={cursor.column + 1}
              aria-label={cell.label}
              aria-selected={active !== null}
              className={active ? (locked ? 'cursor active locked' : 'cursor active') : 'cursor'}
              data-row={cursor.row}
              {...{ [`data-${columnName}`]: cursor.column }}
              style={{
                left: percent(cursor.column, C),
                top: percent(cursor.row, R),
                width: `max(3px, ${percent(1, C)})`,
                height: `max(3px, ${percent(1, R)})`,
              }}
            />
          </div>
        </div>
      </div>
      <div className={tallFoot ? 'canvas-foot tall' : 'canvas-foot'} aria-hidden="true">
        {columns.map(
          (name, column) =>
            column % everyColumn === 0 && (
              <span key={column} style={{ left: percent(column + 0.5, C) }}>
                {name}
              </span>
            ),
        )}
      </div>
    </>
  );
}
