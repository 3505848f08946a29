import { expect, it } from 'vitest';
import { append, maxOf, minOf } from './lists';
import { range } from './range';

it('extremes and appending take lists that no call could have as its arguments', () => {
  const many = range(0, 1e6);
  expect(maxOf(many)).toBe(999_999);
  expect(minOf(many)).toBe(0);
  const list = [-1];
  append(list, many);
  expect(list).toHaveLength(1_000_001);
});

it('extremes of nothing are the bound, and a NaN is seen', () => {
  expect(maxOf([], 0)).toBe(0);
  expect(minOf([3, 2], 1)).toBe(1);
  expect(maxOf([])).toBe(Number.NEGATIVE_INFINITY);
  expect(maxOf([1, Number.NaN, 2])).toBeNaN();
});
