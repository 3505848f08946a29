import { describe, expect, it } from 'vitest';
import { largestIds } from './largest';
import { RandomState } from './random';
import { range } from './range';

const sorted = (values: ArrayLike<number>, k: number) =>
  range(0, values.length)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, k);

describe('the largest', () => {
  const random = new RandomState(1);
  it.each([0, 1, 3, 64, 257])('of %i numbers are the first of the sorted ones, ties by id', (n) => {
    // Few distinct values, so that most are tied.
    const values = Float32Array.from({ length: n }, () => Math.floor(random.nextDouble() * 10) - 5);
    for (const k of [0, 1, 2, 10, n, n + 3]) expect(largestIds(values, k)).toEqual(sorted(values, k));
  });

  it('of ascending and of descending numbers, and of infinite ones', () => {
    const up = range(0, 100);
    expect(largestIds(up, 5)).toEqual([99, 98, 97, 96, 95]);
    expect(largestIds([...up].reverse(), 5)).toEqual([0, 1, 2, 3, 4]);
    expect(largestIds([-Infinity, 1, -Infinity, Infinity], 3)).toEqual([3, 1, 0]);
  });
});
