/** The cells that a change can reach, as one shape over a picture. */
import { range } from '../../util/range';
import type { Spots } from './scene';

/** Rows and columns [begin, end), and the changed cell itself. */
export interface Reach {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly own: { readonly row: number; readonly column: number } | null;
}

/** A box per row, from its first to its last cell. */
export function reachPath(spots: Spots, { rows, columns, own }: Reach): string {
  const boxes = range(...rows).map((row) => boxOf(spots, row, columns));
  if (own) boxes.unshift(boxOf(spots, own.row, [own.column, own.column + 1]));
  return boxes.join('');
}

function boxOf(spots: Spots, row: number, [begin, end]: readonly [number, number]): string {
  const columns = range(begin, end);
  const first = columns.find((column) => spots.at(row, column));
  if (first === undefined) return '';
  const { x, y, height } = spots.at(row, first)!;
  const last = spots.at(row, columns.findLast((column) => spots.at(row, column))!)!;
  return `M${x} ${y}H${last.x + last.width}V${y + height}H${x}Z`;
}
