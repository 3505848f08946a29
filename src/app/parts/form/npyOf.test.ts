import { describe, expect, it } from 'vitest';
import { floats, integers, toNpy } from '../../../share/npy';
import { npyHeader } from '../../../share/npyHeader';
import { concat } from '../../../util/concat';
import { npyOf } from './npyOf';
import { numbersOfFile } from './numbersOf';

const singles = (values: readonly number[], shape = [values.length]) =>
  concat([npyHeader('<f4', shape), new Uint8Array(Float32Array.from(values).buffer)]);
const changed = (bytes: Uint8Array, from: string, to: string) =>
  Uint8Array.from(Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1'));
const one = toNpy(floats([1, -2.5, 3e-2]));

describe('a .npy file', () => {
  it.each<[string, Uint8Array, number[]]>([
    ['float64', one, [1, -2.5, 3e-2]],
    ['float32', singles([1, -2.5]), [1, -2.5]],
    ['of one row', singles([0.5, 2], [1, 2]), [0.5, 2]],
    // numpy.save(file, numpy.array([1.5], '<f4'))
    [
      "of numpy's own",
      Buffer.from(
        `k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAg${'ICAg'.repeat(19)}IAoAAMA/`,
        'base64',
      ),
      [1.5],
    ],
  ])('%s is read', (_, bytes, numbers) => {
    expect(npyOf(Uint8Array.from([...bytes]))).toEqual(numbers);
  });

  it.each<[string, Uint8Array, string]>([
    ['another type', toNpy(integers([1])), "npy: descr: wrong value, got '<i8', expected '<f4' or '<f8'."],
    ['big-endian numbers', changed(one, '<f8', '>f8'), "npy: descr: wrong value, got '>f8', expected"],
    ['a record', changed(one, "'<f8'", '[(1)]'), 'npy: descr: wrong value, got [(1)], expected'],
    ['another order', changed(one, 'False', 'True '), 'npy: fortran_order: wrong value, got True, expected'],
    ['several rows', singles([1, 2, 3, 4], [2, 2]), 'npy: shape: wrong value, got (2, 2), expected one axis'],
    ['a scalar', singles([1], []), 'npy: shape: wrong value, got (), expected one axis, or one row.'],
    ['too many numbers', singles([1], [10_001]), 'npy: shape: wrong value, got 10001 numbers, expected'],
    [
      'missing bytes',
      one.subarray(0, -1),
      'npy: data: wrong value, got 23 bytes, expected 24 for 3 numbers.',
    ],
    ['half a header', one.subarray(0, 40), 'npy: fortran_order: wrong value, got nothing, expected False.'],
    ['no number', singles([0, Number.NaN]), 'npy: number 1: wrong value, got NaN, expected a finite number.'],
    ['another version', changed(one, '\x01\0', '\x02\0'), 'npy: version: wrong value, got 2, expected 1'],
  ])('with %s is refused in one sentence', (_, bytes, sentence) => {
    expect(() => npyOf(bytes)).toThrow(sentence);
  });

  it('is told from text by its first bytes, and measured before it is read', async () => {
    expect(await numbersOfFile(new File([Uint8Array.from(one)], 'v.txt'))).toEqual([1, -2.5, 3e-2]);
    expect(await numbersOfFile(new File(['1, 2\n'], 'v.npy'))).toEqual([1, 2]);
    await expect(numbersOfFile(new File([new Uint8Array(640_001)], 'v.npy'))).rejects.toThrow(
      'numbers: the file is too large, got 640001 bytes, expected at most 640000.',
    );
  });
});
