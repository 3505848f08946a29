import { expect, it } from 'vitest';
import { jaccard } from './jaccard';

it.each([
  [[1, 2, 3], [2, 3, 4], 0.5],
  [[1, 2, 3], [2, 3, 4, 5], 2 / 5],
  [[1], [2], 0],
  [[], [2], 0],
  [[], [], 1],
])('Jaccard of %j and %j', (a, b, shared) => {
  expect(jaccard(new Set(a), new Set(b))).toBe(shared);
});
