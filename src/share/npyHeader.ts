/** The header of a NumPy .npy file, format version 1.0: type, order and shape of what follows. */
import { concat } from '../util/concat';

/** Magic string and version. */
const BEGIN = Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
/** With the header's length, 2 bytes. */
const FIXED = BEGIN.length + 2;

export interface NpyHeader {
  /** e.g. '<f4'. */
  readonly type: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the data begin. */
  readonly begin: number;
}

/** Header bytes; the data begin at a multiple of 64. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const length = Math.ceil((FIXED + text.length + 1) / 64) * 64 - FIXED;
  const line = new TextEncoder().encode(`${text.padEnd(length - 1)}\n`);
  return concat([BEGIN, Uint8Array.of(length & 0xff, length >> 8), line]);
}

export const isNpy = (bytes: Uint8Array): boolean =>
  BEGIN.subarray(0, 6).every((byte, i) => byte === bytes[i]);

/** Null if there is no such header. */
export function readNpyHeader(bytes: Uint8Array): NpyHeader | null {
  if (bytes.length < FIXED || BEGIN.some((byte, i) => byte !== bytes[i])) return null;
  const begin = FIXED + bytes[FIXED - 2]! + 256 * bytes[FIXED - 1]!;
  const text = new TextDecoder().decode(bytes.subarray(FIXED, begin));
  const [, type] = /'descr': *'([^']*)'/.exec(text) ?? [];
  const [, order] = /'fortran_order': *(True|False)/.exec(text) ?? [];
  const [, shape] = /'shape': *\(([\d, ]*)\)/.exec(text) ?? [];
  if (type === undefined || order === undefined || shape === undefined) return null;
  return { type, isFortran: order === 'True', shape: (shape.match(/\d+/g) ?? []).map(Number), begin };
}
