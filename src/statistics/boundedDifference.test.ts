import { expect, it } from 'vitest';
import { RandomState } from '../util/random';
import { range } from '../util/range';
import { boundedDifference } from './boundedDifference';

it("is the upper end of scipy's interval", () => {
  // scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9), whose ends are one-sided 95 %.
  const a = [1.2, 0.7, 2.9, 1.1, 3.4];
  const b = [0.1, 0.4, -0.3, 0.9, 0.2, 0.35, -0.1];
  const { difference, atMost } = boundedDifference(a, b);
  expect(difference).toBeCloseTo(1.6385714285714288, 12);
  expect(atMost).toBeCloseTo(2.786454985668758, 9);
  expect(boundedDifference(b, a)).toEqual({ difference: -difference, atMost });
});

it('of samples that do not vary is the difference', () => {
  expect(boundedDifference([2, 2], [3, 3, 3])).toEqual({ difference: -1, atMost: 1 });
});

it('holds for the largest of many differences at once', () => {
  const random = new RandomState(1);
  const effects = range(0, 40).map((i) => (i === 7 ? 1 : 0));
  const sample = (center: number) => range(0, 12).map(() => center + random.nextNormal());
  const held = range(0, 400).filter(() => {
    const bounds = effects.map((effect) => boundedDifference(sample(effect), sample(0)).atMost);
    return Math.max(...bounds) >= 1;
  });
  expect(held.length).toBeGreaterThanOrEqual(0.95 * 400);
});
