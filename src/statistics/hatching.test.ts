import { describe, expect, it } from 'vitest';
import { hatching } from './hatching';
import { standardNormals } from '../util/random';

/** `n` normal draws around each of `means`. */
const map = (means: readonly number[], n: number, seed: number): number[][] => {
  const noise = standardNormals(seed, means.length * n);
  return means.map((m, c) => Array.from({ length: n }, (_, i) => m + noise[c * n + i]!));
};

describe('hatching', () => {
  it('says nothing below ten draws', () => {
    expect(hatching(map([9, 9], 9, 1), 1)).toBeNull();
    expect(hatching([], 1)).toBeNull();
  });

  it('finds large effects of either sign, and none in cells without', () => {
    expect(hatching(map([6, 0, -6, 0, 0], 10, 3), 1)).toEqual([true, false, true, false, false]);
  });

  it('takes a cell that does not vary at its word: 0 is no effect', () => {
    const [effect] = map([5], 10, 2);
    expect(hatching([effect!, new Array(10).fill(0), new Array(10).fill(-2)], 1)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('wants nearly all draws on one side: all of 10, 13 of 14, 27 of 30', () => {
    // A large t, with some draws just below zero.
    const draws = (n: number, below: number) =>
      Array.from({ length: n }, (_, i) => (i < below ? -0.01 : 5 + i / n));
    for (const [n, allowed] of [
      [10, 0],
      [13, 0],
      [14, 1],
      [20, 2],
      [30, 3],
    ] as const) {
      expect(hatching([draws(n, allowed)], 1), `${allowed} of ${n}`).toEqual([true]);
      expect(hatching([draws(n, allowed + 1)], 1), `${allowed + 1} of ${n}`).toEqual([false]);
    }
  });

  it('finds an effect somewhere in a map of nothing no more often than it says', () => {
    const maps = 300;
    let found = 0;
    for (let m = 0; m < maps; m++)
      if (hatching(map(new Array(20).fill(0), 10, 100 + m), 1)!.includes(true)) found++;
    // At most 5 % is promised; independent normal cells rarely have ten draws of one sign.
    expect(found / maps).toBeLessThan(0.06);
  });
});
