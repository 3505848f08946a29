import { describe, expect, it } from 'vitest';
import golden from '../../reference/goldens/rome/randn.json';
import { RandomState, standardNormals } from './random';

/**
 * numpy uses the C library's logarithm, we use the JavaScript engine's: the last bit may differ.
 */
const LAST_BIT = 4e-16;

describe.each(golden.streams)(
  'RandomState($seed) against numpy',
  ({ seed, words, uniforms, randn, randnAt }) => {
    it('gives the same 32-bit words', () => {
      const random = new RandomState(seed);
      expect(words.map(() => random.nextUint32())).toEqual(words);
    });

    it('gives the same doubles', () => {
      const random = new RandomState(seed);
      expect(uniforms.map(() => random.nextDouble())).toEqual(uniforms);
    });

    it('gives the same normal numbers, near and far, to the last bit of the logarithm', () => {
      const ours = standardNormals(seed, Math.max(...randnAt.map((far) => far.index)) + 1);
      const pairs = [...randn.map((value, index) => ({ index, value })), ...randnAt];
      for (const { index, value } of pairs) {
        expect(Math.abs(ours[index]! - value) / Math.abs(value)).toBeLessThanOrEqual(LAST_BIT);
      }
    });
  },
);

describe('seeds', () => {
  it('takes the largest 32-bit seed and no other kind of number', () => {
    expect(() => new RandomState(0xffffffff)).not.toThrow();
    for (const seed of [-1, 1.5, 2 ** 32, NaN]) {
      expect(() => new RandomState(seed)).toThrow(/^seed: out of range, got .*, expected an integer/);
    }
  });

  it('starts the same stream again', () => {
    expect(standardNormals(5, 7)).toEqual(standardNormals(5, 9).subarray(0, 7));
  });
});
