/** 16-bit floats to 32-bit floats, exactly: every half (IEEE 754 binary16) and every bfloat16 is a float. */

const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

function fromBits(bits: number): number {
  scratch[0] = bits;
  return scratchFloat[0]!;
}

/** One half, given as its 16 bits. */
export function f16ToF32(code: number): number {
  const sign = (code & 0x8000) << 16;
  const exponent = (code >>> 10) & 0x1f;
  const mantissa = code & 0x3ff;
  if (exponent === 31) return fromBits(sign | 0x7f800000 | (mantissa << 13));
  if (exponent !== 0) return fromBits(sign | ((exponent + 112) << 23) | (mantissa << 13));
  // Subnormal: mantissa x 2^-24; a float has room to hold it as a normal number.
  const value = mantissa * 2 ** -24;
  return sign === 0 ? value : -value;
}

/** One bfloat16, given as its 16 bits: the upper half of a float. */
export function bf16ToF32(code: number): number {
  return fromBits(code << 16);
}

let table: Float32Array | undefined;

/** Halves [n] -> floats [n]. */
export function decodeF16(codes: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, code) => f16ToF32(code));
  const out = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i]!]!;
  return out;
}

/** Bfloat16s [n] -> floats [n]. */
export function decodeBf16(codes: Uint16Array): Float32Array {
  const bits = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) bits[i] = codes[i]! << 16;
  return new Float32Array(bits.buffer);
}
