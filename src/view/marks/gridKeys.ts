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
  const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
  switch (key) {
    case 'ArrowUp':
      return { row: clamp(from.row - 1, rows), column: from.column };
    case 'ArrowDown':
      return { row: clamp(from.row + 1, rows), column: from.column };
    case 'ArrowLeft':
      return { row: from.row, column: clamp(from.column - 1, columns) };
    case 'ArrowRight':
      return { row: from.row, column: clamp(from.column + 1, columns) };
    case 'Home':
      return { row: from.row, column: 0 };
    case 'End':
      return { row: from.row, column: columns - 1 };
    default:
      return null;
  }
}
