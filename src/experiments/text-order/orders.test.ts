import { describe, expect, it } from 'vitest';
import { namedOrder, permutationsOf } from './orders';

describe('orders', () => {
  it('are all of up to four documents, else the given one and distinct seeded ones', () => {
    expect(permutationsOf(3, 20, 1)).toEqual([
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]);
    expect(new Set(permutationsOf(4, 2, 1).map(String)).size).toBe(24);
    const drawn = permutationsOf(6, 20, 7);
    expect(drawn).toEqual(permutationsOf(6, 20, 7));
    expect(drawn).not.toEqual(permutationsOf(6, 20, 8));
    expect(drawn[0]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(drawn.map(String)).size).toBe(20);
    for (const order of drawn) expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  // Gold: document 4, then 1, of six.
  it.each([
    ['given', [0, 1, 2, 3, 4, 5]],
    ['forward', [0, 4, 2, 3, 1, 5]],
    ['backward', [0, 1, 2, 3, 4, 5]],
    ['distance 0', [0, 2, 3, 5, 4, 1]],
    ['distance 2', [0, 2, 4, 3, 5, 1]],
    ['distance 4', [4, 0, 2, 3, 5, 1]],
    ['gold only', [1, 4]],
    ['remove first', [0, 1, 2, 3, 5]],
  ])('%s', (name, order) => {
    expect(namedOrder(name, 6, [4, 1], 'a')).toEqual(order);
  });
});
