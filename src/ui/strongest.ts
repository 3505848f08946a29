/** The cell that stands for several where a picture has fewer pixels than cells. */
import type { CellAt, HeatmapCell } from './heatmapProps';

export interface CellRange {
  /** First row, and the one behind the last. */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** The one with the largest strength, either side of 0; a masked one only where all are. */
export function strongest(
  at: CellAt,
  { rows: [top, bottom], columns: [left, right] }: CellRange,
): HeatmapCell {
  let best = at(top, left);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const cell = at(row, column);
      if (cell.masked) continue;
      if (best.masked || Math.abs(cell.strength) > Math.abs(best.strength)) best = cell;
    }
  }
  return best;
}
