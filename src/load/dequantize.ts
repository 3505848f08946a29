/**
 * Stored weights -> 32-bit floats. The quantised types are ggml's: blocks of 32 or 256 values with
 * shared scales. Every product and sum rounds to float32 where numpy does in the `gguf` package, so
 * results are bit-identical.
 */
import { decodeBf16, decodeF16, f16ToF32 } from '../util/halves';
import { BLOCK, type StoredType } from './stored';

const { fround } = Math;

/** Decodes one block at byte `b` of `bytes` to the values from `o` on. */
type Decoder = (bytes: Uint8Array, b: number, out: Float32Array, o: number) => void;

const half = (bytes: Uint8Array, b: number): number => f16ToF32(bytes[b]! | (bytes[b + 1]! << 8));
const signed = (byte: number): number => (byte << 24) >> 24;

/** The 6-bit scale and minimum of sub-block i, of 8 packed in the 12 bytes at `b` (Q4_K, Q5_K). */
function scaleAndMin(bytes: Uint8Array, b: number, i: number): readonly [scale: number, min: number] {
  if (i < 4) return [bytes[b + i]! & 63, bytes[b + 4 + i]! & 63];
  const both = bytes[b + 4 + i]!;
  return [(both & 15) | ((bytes[b + i - 4]! >> 2) & 48), (both >> 4) | ((bytes[b + i]! >> 2) & 48)];
}

/** The minimum of types without one: x + -0 is x, even for x = -0. */
const NO_MIN = -0;

/**
 * 32 values d (q - offset) + m from 16 bytes: the low nibbles, then the high ones. `fifth` is the
 * byte offset of the fifth bits, or -1.
 */
function nibbles(
  bytes: Uint8Array,
  b: number,
  fifth: number,
  d: number,
  offset: number,
  m: number,
  out: Float32Array,
  o: number,
): void {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 16; i++) {
    const both = bytes[b + i]!;
    if (fifth >= 0) {
      const [at, bit] = [fifth + (i >> 3), i & 7];
      low = ((bytes[at]! >> bit) & 1) << 4;
      high = ((bytes[at + 2]! >> bit) & 1) << 4;
    }
    out[o + i] = fround(d * (((both & 15) | low) - offset)) + m;
    out[o + 16 + i] = fround(d * (((both >> 4) | high) - offset)) + m;
  }
}

/** Eight sub-blocks of 32: d scale q - dmin min; `fifth` is the byte of the fifth bits, or -1. */
function subBlocks(
  bytes: Uint8Array,
  b: number,
  fifth: number,
  at: number,
  out: Float32Array,
  o: number,
): void {
  const [d, dmin] = [half(bytes, b), half(bytes, b + 2)];
  for (let s = 0; s < 8; s++) {
    const [scale, min] = scaleAndMin(bytes, b + 4, s);
    const [ds, dm] = [fround(d * scale), fround(dmin * min)];
    const from = at + 32 * (s >> 1);
    const shift = 4 * (s & 1);
    for (let i = 0; i < 32; i++) {
      const high = fifth < 0 ? 0 : ((bytes[fifth + i]! >> s) & 1) << 4;
      out[o + 32 * s + i] = fround(ds * (((bytes[from + i]! >> shift) & 15) | high)) - dm;
    }
  }
}

const DECODERS: Readonly<Record<Exclude<StoredType, 'F64' | 'F32' | 'F16' | 'BF16'>, Decoder>> = {
  Q8_0(bytes, b, out, o) {
    const d = half(bytes, b);
    for (let i = 0; i < 32; i++) out[o + i] = d * signed(bytes[b + 2 + i]!);
  },
  Q4_0(bytes, b, out, o) {
    nibbles(bytes, b + 2, -1, half(bytes, b), 8, NO_MIN, out, o);
  },
  Q4_1(bytes, b, out, o) {
    nibbles(bytes, b + 4, -1, half(bytes, b), 0, half(bytes, b + 2), out, o);
  },
  Q5_0(bytes, b, out, o) {
    nibbles(bytes, b + 6, b + 2, half(bytes, b), 16, NO_MIN, out, o);
  },
  Q5_1(bytes, b, out, o) {
    nibbles(bytes, b + 8, b + 4, half(bytes, b), 0, half(bytes, b + 2), out, o);
  },
  Q4_K(bytes, b, out, o) {
    subBlocks(bytes, b, -1, b + 16, out, o);
  },
  Q5_K(bytes, b, out, o) {
    subBlocks(bytes, b, b + 16, b + 48, out, o);
  },
  Q6_K(bytes, b, out, o) {
    const d = half(bytes, b + 208);
    for (let i = 0; i < 256; i++) {
      // Two halves of 128, each with rows of 32: the low nibbles of two rows, then the high nibbles
      // of the same bytes.
      const [n, row, column] = [i >> 7, (i >> 5) & 3, i & 31];
      const low = bytes[b + 64 * n + 32 * (row & 1) + column]!;
      const high = (bytes[b + 128 + 32 * n + column]! >> (2 * row)) & 3;
      const q = ((row < 2 ? low & 15 : low >> 4) | (high << 4)) - 32;
      out[o + i] = fround(d * signed(bytes[b + 192 + (i >> 4)]!)) * q;
    }
  },
};

/** Dequantises whole blocks, row-major. */
export function dequantize(dtype: StoredType, bytes: Uint8Array): Float32Array {
  if (dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    const { buffer, byteOffset, byteLength } = aligned;
    if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
    const codes = new Uint16Array(buffer, byteOffset, byteLength / 2);
    return dtype === 'F16' ? decodeF16(codes) : decodeBf16(codes);
  }
  const block = BLOCK[dtype];
  const decode = DECODERS[dtype];
  const blocks = bytes.length / block.bytes;
  const out = new Float32Array(blocks * block.elements);
  for (let i = 0; i < blocks; i++) decode(bytes, i * block.bytes, out, i * block.elements);
  return out;
}
