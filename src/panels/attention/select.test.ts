import { describe, expect, it } from 'vitest';
import { groupCount, groupOf, positionsOf } from '../../model/pooling';
import { isMasked, strengthOf } from '../../view/marks/data';
import { looksOf, poolFor, selectAttention, selectHead, tellingHead } from './select';

/** One layer, two heads, three positions; rows sum to 1. */
const pattern = Float32Array.from([
  1, 0, 0, 0.8, 0.2, 0, 0.5, 0.1, 0.4, 1, 0, 0, 0.9, 0.1, 0, 0.9, 0.05, 0.05,
]);
const second = { values: pattern.subarray(9), pool: 1 };
const tokens = ['BOS', 'A', 'B'].map((text) => ({ text }));

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
    const head = selectHead(view, second, tokens, true);
    expect([0, 1, 2].map((column) => isMasked(head.cell(0, column)))).toEqual([false, true, true]);
    expect(head.cell(2, 0)).toMatchObject({ value: 0 });
    expect(head.cell(2, 0).label).toMatch(/^B attends to BOS: 90/);
    expect(strengthOf(head, head.cell(1, 1).value)).toBeCloseTo(0.25, 6);
    const both = selectHead(view, second, tokens, false);
    expect([0, 1, 2].some((row) => isMasked(both.cell(row, 2)))).toBe(false);
  });

  it('a group is named by its ends, and its weight is the largest', () => {
    const view = selectAttention([pattern], 2, 3, true);
    const names = ['BOS', 'A', 'B', 'C', 'D', 'E'].map((text) => ({ text }));
    const values = new Float32Array(16).fill(0.25);
    expect(selectHead(view, { values, pool: 2 }, names, true).cell(2, 1).label).toMatch(
      /^C to D attends to A to B: 25.* at most$/,
    );
  });
});

it('a small map has every weight of up to 64 positions, and at most 64 groups', () => {
  expect([1, 2, 64, 65, 1024].map(poolFor)).toEqual([1, 1, 1, 2, 17]);
  for (const T of [65, 300, 1024, 131072]) expect(groupCount(T, poolFor(T))).toBeLessThanOrEqual(64);
});

it('every position is in one group, the first alone', () => {
  for (const T of [1, 2, 3, 64, 65, 1024])
    for (const pool of [1, 2, 17, 2000]) {
      const groups = Array.from({ length: groupCount(T, pool) }, (_, group) => positionsOf(group, T, pool));
      const all = groups.flatMap(([first, last], group) =>
        Array.from({ length: last - first + 1 }, (_, i) => [first + i, group]),
      );
      expect(all).toEqual(Array.from({ length: T }, (_, t) => [t, groupOf(t, pool)]));
    }
});

describe('tellingHead', () => {
  const focus = { from: 2, to: [2, 3] } as const;

  it('looks hardest from the answer at the subject', () => {
    expect(tellingHead([pattern], 2, { size: 3, pool: 1 }, focus)).toMatchObject({ layer: 0, head: 0 });
    const sink = { ...focus, to: [0, 1] } as const;
    const { head, weight } = tellingHead([pattern], 2, { size: 3, pool: 1 }, sink);
    expect([head, weight]).toEqual([1, expect.closeTo(0.9, 6)]);
  });

  it('is the first one if none looks there', () => {
    const blind = new Float32Array(18);
    expect(tellingHead([blind], 2, { size: 3, pool: 1 }, focus)).toEqual({ layer: 0, head: 0, weight: 0 });
  });
});

it('what a token looks at has the colours of its row, without the sink', () => {
  const looks = (withoutSink: boolean) =>
    [...looksOf(selectAttention([pattern], 2, 3, withoutSink), second, 2, 3)].map((s) =>
      Math.round(s * 1000),
    );
  expect(looks(false)).toEqual([900, 50, 50]);
  expect(looks(true)).toEqual([0, 125, 125]);
});
