import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { maxTCritical, standardError, tInterval, tQuantile975 } from './stats';

describe("Student's t", () => {
  it('has the quantiles that mpmath gives', async () => {
    const { quantiles } = JSON.parse(await readFile('reference/goldens/rome/student_t.json', 'utf8')) as {
      quantiles: { df: number; t: number }[];
    };
    expect(quantiles.length).toBeGreaterThan(30);
    for (const { df, t } of quantiles) expect(tQuantile975(df)).toBeCloseTo(t, 9);
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

describe('max-t', () => {
  /** Deterministic, roughly normal numbers. */
  const noise = (cell: number, draw: number): number =>
    (Math.sin(12.9898 * (cell + 1) + 78.233 * (draw + 1) * (cell + 3)) * 43758.5453) % 1;

  it('is no smaller than the single-cell quantile and grows with the number of cells', () => {
    const cells = (count: number) =>
      Array.from({ length: count }, (_, c) => Array.from({ length: 10 }, (_, i) => noise(c, i)));
    const [one, many] = [maxTCritical(cells(1), 1)!, maxTCritical(cells(60), 1)!];
    expect(one).toBeGreaterThanOrEqual(tQuantile975(9) - 1e-12);
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
    expect(maxTCritical([new Array(8).fill(0)], 1)).toBe(tQuantile975(7));
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
