/** The header of a NumPy .npy file, format 1.0: magic, version, length, a line of text. */
import { concat } from '../util/concat';

const MAGIC = Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY')]);
/** With version and length, 2 bytes each. */
const FIXED = MAGIC.length + 4;

/** The data that follow begin at a multiple of 64. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const length = Math.ceil((FIXED + text.length + 1) / 64) * 64 - FIXED;
  const line = new TextEncoder().encode(`${text.padEnd(length - 1)}\n`);
  return concat([MAGIC, Uint8Array.of(1, 0, length & 0xff, length >> 8), line]);
}

/** The header's version and text, and where the data begin; null for another file. */
export function readNpyHeader(bytes: Uint8Array) {
  if (bytes.length < FIXED || MAGIC.some((byte, i) => byte !== bytes[i])) return null;
  const [major, , low, high] = bytes.subarray(MAGIC.length, FIXED);
  const begin = FIXED + low! + 256 * high!;
  return { version: major!, text: new TextDecoder().decode(bytes.subarray(FIXED, begin)), begin };
}
