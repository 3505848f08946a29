import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, standardError, tInterval, tCritical, tTestPaired } from './stats';
import { maxTCritical } from './maxT';

describe("Student's t", () => {
  it('has the quantiles that mpmath gives', async () => {
    const { quantiles } = JSON.parse(await readFile('reference/goldens/rome/student_t.json', 'utf8')) as {
      quantiles: { df: number; t: number }[];
    };
    expect(quantiles.length).toBeGreaterThan(30);
    for (const { df, t } of quantiles) expect(tCritical(df, 0.05)).toBeCloseTo(t, 9);
  });

  it('gives the textbook interval', () => {
    // Mean 5, sd 1.5811, n = 5, t = 2.776.
    const [low, high] = tInterval([3, 4, 5, 6, 7])!;
    expect(low).toBeCloseTo(5 - (2.7764451 * Math.sqrt(2.5)) / Math.sqrt(5), 6);
    expect(high).toBeCloseTo(5 + (2.7764451 * Math.sqrt(2.5)) / Math.sqrt(5), 6);
  });

  it('gives no interval for one value', () => {
    expect(tInterval([3])).toBeNull();
    expect(maxTCritical([[3]], 1)).toBeNull();
  });
});

describe('paired t test', () => {
  const differences = [0.3, -0.1, 0.45, 0.2, 0.05, 0.6, -0.25, 0.12];

  it('gives what scipy.stats.ttest_1samp gives', () => {
    const some = tTestPaired(differences);
    expect(some.mean).toBeCloseTo(0.17125, 12);
    expect(some.t).toBeCloseTo(1.7322749657924426, 10);
    expect(some.p).toBeCloseTo(0.1268289325792667, 10);
    // Far in the tail, where 1 - P would lose all digits.
    const far = tTestPaired(differences.map((value) => value - 10));
    expect(far.t).toBeCloseTo(-99.42246756223346, 8);
    expect(far.p / 2.744270724099613e-12).toBeCloseTo(1, 8);
    const farther = tTestPaired(Array.from({ length: 100 }, (_, i) => Math.sin(i) + 5));
    expect(farther.t).toBeCloseTo(70.40217137077705, 8);
    expect(farther.p / 2.264637168985178e-86).toBeCloseTo(1, 8);
    expect(tTestPaired([1e-3, -2e-3]).p).toBeCloseTo(0.7951672353008665, 10);
  });

  it('is two-sided', () => {
    const [up, down] = [tTestPaired(differences), tTestPaired(differences.map((value) => -value))];
    expect(down.p).toBe(up.p);
    expect(down.t).toBe(-up.t);
  });

  it('has no doubt about differences that do not vary', () => {
    expect(tTestPaired([0, 0, 0])).toEqual({ t: 0, p: 1, mean: 0 });
    expect(tTestPaired([-0.1, -0.1, -0.1])).toEqual({ t: -Infinity, p: 0, mean: -0.1 });
  });

  it('asks for two differences', () => {
    expect(() => tTestPaired([1])).toThrow('t test: too few differences, got 1, expected at least 2.');
  });
});

describe('Benjamini-Hochberg', () => {
  const p = [0.011, 0.041, 0.032, 0.004, 0.8, 0.019, 0.018, 0.6, 0.049, 0.052];

  it('finds what scipy.stats.false_discovery_control finds', () => {
    // Adjusted: 0.0475, 0.065, 0.064, 0.04, 0.8, 0.0475, 0.0475, 0.667, 0.065, 0.065.
    const found = (alpha: number) => benjaminiHochberg(p, alpha).flatMap((yes, i) => (yes ? [i] : []));
    expect(found(0.05)).toEqual([0, 3, 5, 6]);
    expect(found(0.1)).toEqual([0, 1, 2, 3, 5, 6, 8, 9]);
    expect(found(0.01)).toEqual([]);
  });

  it('may find a value by itself too large, through those above it', () => {
    // 0.049 > 0.05 / 4, but 0.0495 <= 0.05.
    expect(benjaminiHochberg([0.0495, 0.049, 0.048, 0.047], 0.05)).toEqual([true, true, true, true]);
    expect(benjaminiHochberg([0.0505, 0.049, 0.048, 0.047], 0.05)).toEqual([false, false, false, false]);
  });

  it('of nothing is nothing', () => {
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });
});

describe('max-t', () => {
  /** Deterministic, roughly normal numbers. */
  const noise = (cell: number, draw: number): number =>
    (Math.sin(12.9898 * (cell + 1) + 78.233 * (draw + 1) * (cell + 3)) * 43758.5453) % 1;

  it('is no smaller than the single-cell quantile and grows with the number of cells', () => {
    const cells = (count: number) =>
      Array.from({ length: count }, (_, c) => Array.from({ length: 10 }, (_, i) => noise(c, i)));
    const [one, many] = [maxTCritical(cells(1), 1)!, maxTCritical(cells(60), 1)!];
    expect(one).toBeGreaterThanOrEqual(tCritical(9, 0.05) - 1e-12);
    expect(many).toBeGreaterThan(one);
  });

  it('of copies of one cell is that of the cell', () => {
    const draws = Array.from({ length: 8 }, (_, i) => noise(0, i));
    expect(maxTCritical([draws, draws, draws], 1)).toBe(maxTCritical([draws], 1));
  });

  it("is never above Bonferroni's bound", () => {
    // scipy.stats.t.ppf(1 - 0.05 / 2 / 60, 3) = 13.7450
    const cells = Array.from({ length: 60 }, (_, c) => Array.from({ length: 4 }, (_, i) => noise(c, i)));
    expect(maxTCritical(cells, 1)!).toBeLessThanOrEqual(13.7451);
  });

  it('leaves out cells that do not vary', () => {
    const draws = Array.from({ length: 8 }, (_, i) => noise(0, i));
    expect(maxTCritical([draws, new Array(8).fill(0)], 1)).toBe(maxTCritical([draws], 1));
    expect(maxTCritical([new Array(8).fill(0)], 1)).toBe(tCritical(7, 0.05));
  });

  it('covers all cells of a null map at once about 95 % of the time', () => {
    let covered = 0;
    const maps = 200;
    for (let m = 0; m < maps; m++) {
      const cells = Array.from({ length: 12 }, (_, c) =>
        Array.from(
          { length: 9 },
          (_, i) => noise(1000 * m + 17 * c, i) + noise(31 * c + m, i + 50) + noise(m, 7 * i + c),
        ),
      );
      const critical = maxTCritical(cells, 1)!;
      if (cells.every((cell) => Math.abs(mean(cell)) <= critical * standardError(cell))) covered++;
    }
    expect(covered / maps).toBeGreaterThan(0.88);
    expect(covered / maps).toBeLessThan(1);
  });
});

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
