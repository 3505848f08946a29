import { describe, expect, it } from 'vitest';
import { moveInGrid } from './gridKeys';

describe('moveInGrid', () => {
  const from = { row: 1, column: 1 };

  it('moves one cell and stops at the edges', () => {
    expect(moveInGrid('ArrowDown', from, 3, 3)).toEqual({ row: 2, column: 1 });
    expect(moveInGrid('ArrowDown', { row: 2, column: 1 }, 3, 3)).toEqual({ row: 2, column: 1 });
    expect(moveInGrid('ArrowUp', { row: 0, column: 0 }, 3, 3)).toEqual({ row: 0, column: 0 });
    expect(moveInGrid('ArrowLeft', from, 3, 3)).toEqual({ row: 1, column: 0 });
    expect(moveInGrid('ArrowRight', { row: 1, column: 2 }, 3, 3)).toEqual({ row: 1, column: 2 });
    expect(moveInGrid('End', from, 3, 6)).toEqual({ row: 1, column: 5 });
    expect(moveInGrid('Home', from, 3, 6)).toEqual({ row: 1, column: 0 });
  });

  it('leaves other keys alone', () => {
    expect(moveInGrid('a', from, 3, 3)).toBeNull();
  });
});
