/**
 * Conversions between 16-bit and 32-bit floats. Widening is exact: every half (IEEE 754 binary16)
 * and every bfloat16 is a float. Narrowing rounds.
 */

const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

function fromBits(bits: number): number {
  scratch[0] = bits;
  return scratchFloat[0]!;
}

/** One half, from its 16 bits. */
export function f16ToF32(code: number): number {
  const sign = (code & 0x8000) << 16;
  const exponent = (code >>> 10) & 0x1f;
  const mantissa = code & 0x3ff;
  if (exponent === 31) return fromBits(sign | 0x7f800000 | (mantissa << 13));
  if (exponent !== 0) return fromBits(sign | ((exponent + 112) << 23) | (mantissa << 13));
  // Subnormal: mantissa x 2^-24, which is a normal float.
  const value = mantissa * 2 ** -24;
  return sign === 0 ? value : -value;
}

/** One bfloat16, from its 16 bits: the upper half of a float. */
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

/**
 * Floats [n] -> halves [n], rounded to nearest, ties to even. Throws an Error naming `where` if a
 * value exceeds the largest half (65504) or is NaN.
 */
export function encodeF16(values: Float32Array, where: string): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const code = halfOfBits(bits[i]!);
    if ((code & 0x7c00) === 0x7c00) {
      throw new Error(
        `weights: ${where} holds ${values[i]}, which no half float can hold, expected at most 65504. Keep the weights as 32-bit floats.`,
      );
    }
    out[i] = code;
  }
  return out;
}

function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00;
  const scaled = exponent - 112;
  if (scaled >= 31) return sign | 0x7c00;
  if (scaled >= 1) return sign | rounded((scaled << 23) | mantissa, 13);
  // Subnormal halves: the leading one becomes explicit and shifts right.
  if (scaled < -10) return sign;
  return sign | rounded(mantissa | 0x800000, 14 - scaled);
}

/** x / 2^shift rounded to nearest, ties to even. A carry correctly increments the exponent. */
function rounded(x: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const whole = x >>> shift;
  const rest = x & (2 ** shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}
