/** 16-bit floats to 32-bit floats, exactly: every half (IEEE 754 binary16) and every bfloat16 is a float; and back, rounded. */

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

/**
 * Floats [n] -> halves [n], rounded to the nearest, ties to even. Throws one sentence naming `where` if a value is too
 * large for a half (65504) or no number.
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
  // Subnormal halves: the leading one becomes explicit and moves right.
  if (scaled < -10) return sign;
  return sign | rounded(mantissa | 0x800000, 14 - scaled);
}

/** x / 2^shift to the nearest integer, ties to even; a carry runs into the exponent, as it should. */
function rounded(x: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const whole = x >>> shift;
  const rest = x & (2 ** shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}
