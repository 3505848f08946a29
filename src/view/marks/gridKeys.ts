/** Keyboard navigation of a grid. */
export interface GridPosition {
  readonly row: number;
  readonly column: number;
}

/** The cell that a key leads to; null if the key does not move. */
export function moveInGrid(
  key: string,
  from: GridPosition,
  rows: number,
  columns: number,
): GridPosition | null {
  const step = STEPS.get(key);
  if (!step) return null;
  const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
  return { row: clamp(from.row + step[0], rows), column: clamp(from.column + step[1], columns) };
}

/** Rows and columns that a key moves by. */
const STEPS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowUp', [-1, 0]],
  ['ArrowDown', [1, 0]],
  ['ArrowLeft', [0, -1]],
  ['ArrowRight', [0, 1]],
  ['Home', [0, Number.NEGATIVE_INFINITY]],
  ['End', [0, Number.POSITIVE_INFINITY]],
]);
