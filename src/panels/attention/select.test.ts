import { describe, expect, it } from 'vitest';
import { selectAttention, selectHead } from './select';

/** One layer, two heads, three positions; rows sum to 1. */
const pattern = Float32Array.from([
  1, 0, 0, 0.8, 0.2, 0, 0.5, 0.1, 0.4, 1, 0, 0, 0.9, 0.1, 0, 0.9, 0.05, 0.05,
]);

describe('selectAttention', () => {
  it('scales all heads together', () => {
    const view = selectAttention([pattern], 2, 3, false);
    expect(view.top).toBe(1);
    expect(view.grid[0]![1]!.strengths[3]).toBeCloseTo(0.9, 6);
  });

  it('without the sink, the first position is blank and the rest fills the scale', () => {
    const view = selectAttention([pattern], 2, 3, true);
    expect(view.top).toBeCloseTo(0.4, 6);
    const [head] = view.grid[0]!;
    expect([0, 3, 6].map((entry) => head!.strengths[entry])).toEqual([0, 0, 0]);
    expect(head!.strengths[8]).toBeCloseTo(1, 6);
    expect(head!.strengths[4]).toBeCloseTo(0.5, 6);
  });

  it('masks the future and words the rest', () => {
    const view = selectAttention([pattern], 2, 3, true);
    const cells = selectHead(view, pattern, { layer: 0, head: 1 }, ['BOS', 'A', 'B'], true);
    expect(cells[0]!.map((cell) => Boolean(cell.masked))).toEqual([false, true, true]);
    expect(cells[2]![0]!.label).toMatch(/^B attends to BOS: 90/);
    const both = selectHead(view, pattern, { layer: 0, head: 1 }, ['BOS', 'A', 'B'], false);
    expect(both.flat().some((cell) => cell.masked)).toBe(false);
  });
});
