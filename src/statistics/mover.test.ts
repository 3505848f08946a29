import { expect, it } from 'vitest';
import { differenceInterval, type Estimated } from './mover';

/** Wilson's interval of a share, in closed form. */
function wilson(right: number, n: number): Estimated {
  const z = 1.959964;
  const value = right / n;
  const centre = (right + z ** 2 / 2) / (n + z ** 2);
  const half = (z / (n + z ** 2)) * Math.sqrt((right * (n - right)) / n + z ** 2 / 4);
  return { value, interval: [centre - half, centre + half] };
}

// Newcombe 1998, table II, method 10: MOVER with Wilson's intervals.
it.each([
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [6, 7, 2, 7, 0.0582, 0.8062],
  [10, 10, 0, 20, 0.6791, 1],
])('%d of %d less %d of %d is the published interval', (a, n, b, m, low, high) => {
  const interval = differenceInterval(wilson(a, n), wilson(b, m));
  expect(interval[0]).toBeCloseTo(low, 4);
  expect(interval[1]).toBeCloseTo(high, 4);
});

it('of equal symmetric intervals it is wider by the root of two', () => {
  const one: Estimated = { value: 1, interval: [0, 2] };
  expect(differenceInterval(one, one)).toEqual([-Math.SQRT2, Math.SQRT2]);
});
