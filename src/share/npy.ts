/** NumPy's .npy (format version 1.0) and .npz, a zip of them: what `numpy.load` reads. */
import { zipSync } from 'fflate';
import { concat } from '../util/concat';
import { maxOf } from '../util/lists';
import { npyHeader } from './npyHeader';

/** Row-major. Strings become an array of Unicode strings of one width, booleans `bool`. */
export interface NpyArray {
  /** Empty: a scalar. */
  readonly shape: readonly number[];
  readonly values: Float64Array | BigInt64Array | readonly boolean[] | readonly string[];
}

export const floats = (values: readonly (number | null)[], shape = [values.length]): NpyArray => ({
  shape,
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
});
export const integers = (values: readonly number[], shape = [values.length]): NpyArray => ({
  shape,
  values: BigInt64Array.from(values, BigInt),
});
export const strings = (values: readonly string[], shape = [values.length]): NpyArray => ({ shape, values });

/** Bytes of one array's file. */
export function toNpy({ shape, values }: NpyArray): Uint8Array {
  const [type, data] = encoded(values);
  return concat([npyHeader(type, shape), data]);
}

/** Bytes of a .npz; equal arrays give equal bytes. Names: from `entryNames`, or our own. */
export function toNpz(arrays: readonly (readonly [string, NpyArray])[]): Uint8Array {
  const files = arrays.map(([name, array]) => [`${name}.npy`, toNpy(array)] as const);
  return zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1) });
}

function encoded(values: NpyArray['values']): readonly [string, Uint8Array] {
  if (values instanceof Float64Array)
    return ['<f8', littleEndian(values.length, (view, i) => view.setFloat64(8 * i, values[i]!, true))];
  if (values instanceof BigInt64Array)
    return ['<i8', littleEndian(values.length, (view, i) => view.setBigInt64(8 * i, values[i]!, true))];
  if (values.every((value) => typeof value === 'boolean')) return ['|b1', Uint8Array.from(values, Number)];
  const points = values.map((value) => Array.from(String(value), (c) => c.codePointAt(0)!));
  const width = maxOf(
    points.map((one) => one.length),
    1,
  );
  const data = new DataView(new ArrayBuffer(4 * width * points.length));
  for (const [i, one] of points.entries())
    for (const [c, point] of one.entries()) data.setUint32(4 * (i * width + c), point, true);
  return [`<U${width}`, new Uint8Array(data.buffer)];
}

function littleEndian(count: number, write: (view: DataView, i: number) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * count));
  for (let i = 0; i < count; i++) write(view, i);
  return new Uint8Array(view.buffer);
}
