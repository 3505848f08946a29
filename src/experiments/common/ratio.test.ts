import { describe, expect, it } from 'vitest';
import { tInterval } from '../../statistics/stats';
import { ratiosOfMeans } from './ratio';

describe('a ratio of two means', () => {
  it('is that of the means, not the mean of the ratios', () => {
    expect(ratiosOfMeans([[1], [9]], [2, 6], {}).values).toEqual([1.25]);
  });

  it('has Fieller’s interval over prompts, prompts of one subject being one cluster', () => {
    const above = [1, 3, 4, 8, 2];
    const rows = (values: readonly number[]) => values.map((value) => [value]);
    const one = ratiosOfMeans(rows(above), [2, 2, 2, 2, 2], {});
    const [low, high] = tInterval(above)!;
    expect(one).toMatchObject({ values: [1.8], missing: null, rule: 'Fieller, 4 degrees of freedom' });
    expect(one.intervals![0]![0]).toBeCloseTo(low / 2, 12);
    expect(one.intervals![0]![1]).toBeCloseTo(high / 2, 12);
    const twice = ratiosOfMeans(rows([...above, ...above]), new Array(10).fill(2), {
      clusters: [...'abcde', ...'abcde'],
    });
    expect(twice.intervals![0]![0]).toBeCloseTo(low / 2, 12);
  });

  it('of few prompts has no interval, and is not determined where the lower mean may be 0', () => {
    const few = ratiosOfMeans([[1], [2], [5]], [2, 4, 10], {});
    expect(few).toMatchObject({ values: [0.5], missing: null });
    expect(few.intervals).toBeUndefined();
    const lower = [-2, -1, 0.5, 2, 1.5];
    expect(
      ratiosOfMeans(
        lower.map((b) => [b, 1]),
        lower,
        {},
      ),
    ).toMatchObject({
      values: [null, null],
      missing: 'not determined',
    });
  });

  it('is null of nothing', () => {
    expect(ratiosOfMeans([[1, 2]], [0], {}).values).toEqual([null, null]);
    expect(ratiosOfMeans([[1, 2]], [0], {}).missing).toBe('nothing');
  });
});
