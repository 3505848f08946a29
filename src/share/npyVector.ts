/** A list of numbers from a NumPy .npy file. */
import { MOST } from '../util/bounds';
import { quoted } from '../util/parse';
import { readNpyHeader } from './npyHeader';

/** Bytes of a number, by type. */
const SIZES: ReadonlyMap<string, 4 | 8> = new Map([
  ['<f4', 4],
  ['<f8', 8],
]);

/** Of one axis, or one row; float32 or float64. Throws one sentence for any other file. */
export function npyVector(bytes: Uint8Array): number[] {
  const header = readNpyHeader(bytes);
  if (!header) throw new Error("npy: has no header, got other bytes, expected NumPy's format 1.0.");
  const { type, isFortran, shape, begin } = header;
  const size = SIZES.get(type);
  if (!size)
    throw new Error(
      `npy: wrong type, got ${quoted(type)}, expected '<f4' or '<f8'. Save it after astype('<f4').`,
    );
  if (isFortran) throw new Error("npy: wrong order, got Fortran's, expected C's. Save it as a list.");
  const n = shape.at(-1);
  if (n === undefined || shape.length > 2 || (shape.length === 2 && shape[0] !== 1))
    throw new Error(`npy: wrong shape, got ${quoted(shape.join(', '))}, expected one axis, or one row.`);
  if (n > MOST.entries)
    throw new Error(`npy: has too many numbers, got ${n}, expected at most ${MOST.entries}.`);
  if (bytes.length !== begin + n * size)
    throw new Error(
      `npy: wrong length, got ${bytes.length} bytes, expected ${begin + n * size} for ${n} numbers.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin);
  const values = Array.from({ length: n }, (_, i) =>
    size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new Error(`npy: a number is not finite, got ${values[wrong]} at ${wrong}.`);
  return values;
}
