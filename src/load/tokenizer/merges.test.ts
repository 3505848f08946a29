import { describe, expect, it } from 'vitest';
import { loadMerges } from './merges';

describe('merges', () => {
  it('knows the rank of every pair, its order and no other pair', () => {
    const names = Array.from({ length: 300 }, (_, i) => `t${i}`);
    const idOf = new Map(names.map((name, i) => [name, 7 * i]));
    const pairs = names.flatMap((left, i) =>
      names.filter((_, k) => (i + 2 * k) % 5 === 0).map((right) => [left, right]),
    );
    const rankOf = loadMerges(pairs, idOf);
    const ranks = new Map(pairs.map(([left, right], rank) => [`${left} ${right}`, rank]));
    const wrong = names.filter((left) =>
      names.some((right) => rankOf(left, right) !== ranks.get(`${left} ${right}`)),
    );
    expect(wrong).toEqual([]);
    expect(rankOf('t0', 'x')).toBeUndefined();
  });

  it('reads both spellings, and a token with a space in the newer one', () => {
    const idOf = new Map([
      ['a', 0],
      ['b', 1],
      ['a b', 2],
    ]);
    expect(loadMerges(['a b'], idOf)('a', 'b')).toBe(0);
    expect(
      loadMerges(
        [
          ['b', 'a'],
          ['a b', 'b'],
        ],
        idOf,
      )('a b', 'b'),
    ).toBe(1);
    expect(loadMerges([], idOf)('a', 'b')).toBeUndefined();
  });
});
