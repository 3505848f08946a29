import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hedgedInterval } from './hedged';
import { RandomState } from '../util/random';

const UNIT = [0, 1] as const;

describe('the hedged-capital interval', () => {
  it('is that of confseq, by the authors of the method, to its grid of 20,000 means', async () => {
    const { hedged } = JSON.parse(await readFile('reference/statistics/golden.json', 'utf8')) as {
      hedged: { values: number[]; interval: [number, number] }[];
    };
    expect(hedged.length).toBe(5);
    for (const { values, interval } of hedged) {
      const found = hedgedInterval(values, UNIT);
      for (const end of [0, 1] as const) expect(Math.abs(found[end] - interval[end])).toBeLessThan(1.01e-4);
    }
  });

  it('of no draws is the bounds, and never leaves them', () => {
    expect(hedgedInterval([], UNIT)).toEqual([0, 1]);
    const [low, high] = hedgedInterval([0, 0, 0, 1e-12 * -1], UNIT);
    expect(low).toBe(0);
    expect(high).toBeLessThan(1);
  });

  it('of draws that are all 0 is nearly that of Clopper and Pearson, 1 - 0.025^(1/n)', () => {
    for (const n of [10, 30, 100, 300]) {
      const [low, high] = hedgedInterval(new Array(n).fill(0), UNIT);
      const exact = 1 - 0.025 ** (1 / n);
      expect(low).toBe(0);
      expect(high).toBeGreaterThan(exact);
      expect(high).toBeLessThan(1.1 * exact);
    }
  });

  it('mirrors its draws, and scales with its bounds', () => {
    const random = new RandomState(4);
    const draws = Array.from({ length: 40 }, () => random.nextDouble() ** 3);
    const [low, high] = hedgedInterval(draws, UNIT);
    const mirrored = hedgedInterval(
      draws.map((x) => 1 - x),
      UNIT,
    );
    expect(mirrored[0]).toBeCloseTo(1 - high, 12);
    expect(mirrored[1]).toBeCloseTo(1 - low, 12);
    const effect = hedgedInterval(
      draws.map((x) => 2 * x - 1),
      [-1, 1],
    );
    expect(effect[0]).toBeCloseTo(2 * low - 1, 12);
    expect(effect[1]).toBeCloseTo(2 * high - 1, 12);
  });

  it('only shrinks when more is drawn', () => {
    const random = new RandomState(6);
    const draws = Array.from({ length: 300 }, () => (random.nextDouble() < 0.05 ? 0.8 : 0.01));
    let before = hedgedInterval([], UNIT);
    for (const n of [1, 2, 9, 10, 11, 29, 30, 60, 100, 299, 300]) {
      const now = hedgedInterval(draws.slice(0, n), UNIT);
      expect(now[0]).toBeGreaterThanOrEqual(before[0]);
      expect(now[1]).toBeLessThanOrEqual(before[1]);
      before = now;
    }
  });

  it('claims nothing of draws with a trend that rules out every mean', () => {
    const draws = [...new Array(300).fill(0), ...new Array(300).fill(1)];
    expect(hedgedInterval(draws, UNIT)).toEqual([0, 1]);
  });

  it('refuses what is not within the bounds, or no number', () => {
    expect(() => hedgedInterval([0.5, 1.2], UNIT)).toThrow(
      'value 1 is out of bounds, got 1.2, expected 0 to 1',
    );
    expect(() => hedgedInterval([Number.NaN], UNIT)).toThrow('got NaN');
  });

  it('covers at all looks at once where a t interval does not: a rare large draw', () => {
    const random = new RandomState(9);
    const [trials, truth] = [300, 0.02 * 0.6 + 0.98 * 0.002];
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const draws = Array.from({ length: 100 }, () => (random.nextDouble() < 0.02 ? 0.6 : 0.002));
      const inside = [10, 30, 100].every((n) => {
        const [low, high] = hedgedInterval(draws.slice(0, n), UNIT);
        return low <= truth && truth <= high;
      });
      if (inside) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.95);
  });
});
