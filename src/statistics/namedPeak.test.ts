import { describe, expect, it } from 'vitest';
import { namedPeak } from './namedPeak';
import { standardNormals } from '../util/random';
import { maxTCritical } from './maxT';
import { mean, standardError, tInterval } from './stats';

const map = (means: readonly number[], n: number, seed: number): number[][] => {
  const noise = standardNormals(seed, means.length * n);
  return means.map((m, c) => Array.from({ length: n }, (_, i) => m + noise[c * n + i]!));
};

describe('the named peak', () => {
  it('is the largest of those that compete, towards either side', () => {
    const cells = map([0, 8, 3, -12], 12, 1);
    const name = (towards: 1 | -1 | 'either', competes = (_: number) => true) =>
      namedPeak(cells, { towards, competes, seed: 1 })!.cell;
    expect([name(1), name(-1), name('either'), name(1, (c) => c !== 1)]).toEqual([1, 3, 3, 2]);
    expect(namedPeak(cells, { competes: () => false, seed: 1 })).toBeNull();
    expect(namedPeak([], { seed: 1 })).toBeNull();
  });

  it('has an interval wider than its own, as wide as all cells together need', () => {
    const cells = map([0, 0, 0, 0, 0, 0, 0, 0, 0, 5], 10, 4);
    const { cell, estimate, interval, family } = namedPeak(cells, { seed: 1 })!;
    const own = tInterval(cells[9]!)!;
    expect([cell, family]).toEqual([9, 10]);
    expect(estimate).toBeCloseTo((own[0] + own[1]) / 2, 12);
    expect(interval![0]).toBeLessThan(own[0]);
  });

  it('is chosen on one metric, and what is said of it is of another', () => {
    const p = map([0, 10, 50], 12, 8).map((draws) => draws.map((x) => x / 100));
    const logp = map([-9, -1, -6], 12, 7);
    const { cell, estimate, interval, alike } = namedPeak(p, { tested: logp, seed: 1 })!;
    const half = maxTCritical(logp, 1)! * standardError(logp[2]!);
    expect(cell).toBe(2);
    expect(estimate).toBeCloseTo(mean(logp[2]!), 12);
    expect(interval![1] - interval![0]).toBeCloseTo(2 * half, 12);
    // In log p cell 1 exceeds it, so the two are indistinguishable; cell 0 is far behind.
    expect(alike).toEqual([1]);
  });

  it('of nine draws says nothing simultaneous', () => {
    const peak = namedPeak(map([0, 9, 0], 9, 1), { seed: 1 })!;
    expect(peak).toMatchObject({ cell: 1, interval: null, alike: [0, 2] });
    expect(namedPeak([[1], [2]], { seed: 1 })).toMatchObject({
      cell: 1,
      estimate: 2,
      share: 1,
      interval: null,
    });
  });

  it('knows the cells that it cannot be told from, and how often it would be named', () => {
    const clear = namedPeak(map([0, 9, 0], 10, 1), { seed: 1 })!;
    expect(clear).toMatchObject({ alike: [], share: 1 });
    const twins = namedPeak(map([5, 5, 0], 10, 2), { seed: 1 })!;
    expect(twins.alike).toEqual([1 - twins.cell]);
    expect(twins.share).toBeLessThan(1);
    // Exact copies: the first is named but is no better.
    const [one] = map([3], 10, 5);
    expect(namedPeak([one!, one!], { seed: 1 })).toMatchObject({ cell: 0, alike: [1], share: 1 });
  });

  it('covers the named cell, and the truly largest is it or alike, as often as it says', () => {
    const truth = [0.3, 0.2, 0.1, 0, 0, 0, 0, 0];
    const trials = 300;
    let covered = 0;
    let among = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { cell, interval, alike } = namedPeak(map(truth, 12, 500 + trial), { seed: 1 })!;
      if (interval![0] <= truth[cell]! && truth[cell]! <= interval![1]) covered++;
      if (cell === 0 || alike.includes(0)) among++;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
    expect(among / trials).toBeGreaterThan(0.95);
  });
});
