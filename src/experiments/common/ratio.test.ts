import { describe, expect, it } from 'vitest';
import { mean, tInterval } from '../../util/stats';
import { RandomState } from '../../util/random';
import { ratiosOfMeans } from './ratio';

describe('a ratio of two means', () => {
  it('is that of the means, not the mean of the ratios', () => {
    expect(ratiosOfMeans([[1], [9]], [2, 6], {}).values).toEqual([1.25]);
  });

  it('over equal lower numbers has the interval of the mean', () => {
    const above = [1, 3, 4, 8];
    const { values, intervals } = ratiosOfMeans(
      above.map((value) => [value]),
      above.map(() => 2),
      {},
    );
    expect(values).toEqual([2]);
    const [low, high] = tInterval(above)!;
    expect(intervals![0]![0]).toBeCloseTo(low / 2, 12);
    expect(intervals![0]![1]).toBeCloseTo(high / 2, 12);
  });

  it('is known exactly where both are proportional', () => {
    const { intervals } = ratiosOfMeans([[1], [2], [5]], [2, 4, 10], {});
    expect(intervals![0]![0]).toBeCloseTo(0.5, 12);
    expect(intervals![0]![1]).toBeCloseTo(0.5, 12);
  });

  it('covers the truth about as often as it says', () => {
    const random = new RandomState(3);
    const trials = 200;
    const covered = Array.from({ length: trials }, () => {
      const below = Array.from({ length: 30 }, () => 4 + random.nextNormal());
      const above = below.map((b) => [0.7 * b + random.nextNormal()]);
      const [low, high] = ratiosOfMeans(above, below, { samples: 400 }).intervals![0]!;
      return low <= 0.7 && 0.7 <= high ? 1 : 0;
    });
    expect(mean(covered)).toBeGreaterThan(0.88);
    expect(mean(covered)).toBeLessThan(0.99);
  });

  it('is null of nothing', () => {
    expect(ratiosOfMeans([[1, 2]], [0], {}).values).toEqual([null, null]);
  });
});
