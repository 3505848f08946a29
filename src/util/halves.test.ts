import { describe, expect, it } from 'vitest';
import { bf16ToF32, decodeBf16, decodeF16, f16ToF32, encodeF16 } from './halves';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, code) => code);

/**
 * Decodes a small float format by its definition, in exact arithmetic: (-1)^s x 2^(e - bias) x 1.m,
 * or 0.m at e = 0.
 */
function byDefinition(code: number, mantissaBits: number, exponentBits: number): number {
  const sign = code >>> 15 ? -1 : 1;
  const mantissa = (code % 2 ** mantissaBits) / 2 ** mantissaBits;
  const exponent = Math.floor(code / 2 ** mantissaBits) % 2 ** exponentBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return mantissa ? NaN : sign * Infinity;
  return exponent === 0 ? sign * mantissa * 2 ** (1 - bias) : sign * (1 + mantissa) * 2 ** (exponent - bias);
}

describe('halves', () => {
  it('decodes all 65536 halves as the definition says, -0 and subnormals included', () => {
    const bulk = decodeF16(ALL);
    const wrong = [...ALL].filter((code) => {
      const expected = byDefinition(code, 10, 5);
      return !Object.is(f16ToF32(code), expected) || !Object.is(bulk[code], expected);
    });
    expect(wrong).toEqual([]);
  });

  it('decodes all 65536 bfloat16s as the definition says', () => {
    const bulk = decodeBf16(ALL);
    const wrong = [...ALL].filter((code) => {
      const expected = byDefinition(code, 7, 8);
      return !Object.is(bf16ToF32(code), expected) || !Object.is(bulk[code], expected);
    });
    expect(wrong).toEqual([]);
  });

  it('knows the published landmarks', () => {
    expect(f16ToF32(0x3c00)).toBe(1);
    expect(f16ToF32(0x7bff)).toBe(65504);
    expect(f16ToF32(0x0001)).toBe(2 ** -24);
    expect(bf16ToF32(0x4049)).toBe(3.140625);
  });
});

describe('floats to halves', () => {
  const encode = (...values: number[]) => [...encodeF16(Float32Array.from(values), 'w')];
  const finite = Array.from({ length: 0x10000 }, (_, code) => code).filter(
    (code) => (code & 0x7c00) !== 0x7c00,
  );

  it('gives every half back', () => {
    const codes = Uint16Array.from(finite);
    expect(encodeF16(decodeF16(codes), 'w')).toEqual(codes);
  });

  it('rounds to the nearest, and from the middle to the even one', () => {
    const positive = finite.filter((code) => code < 0x7bff);
    const middles = positive.map((code) => (f16ToF32(code) + f16ToF32(code + 1)) / 2);
    const even = positive.map((code) => (code % 2 === 0 ? code : code + 1));
    expect(encode(...middles)).toEqual(even);
    // A float just past the midpoint rounds up.
    expect(encode(...middles.map((x) => x * (1 + 2 ** -20)))).toEqual(positive.map((code) => code + 1));
    expect(encode(...middles.map((x) => x * (1 - 2 ** -20)))).toEqual(positive);
  });

  it('refuses what no half can hold, by the name of the weight', () => {
    expect(encode(65504, -65504, 2 ** -26)).toEqual([0x7bff, 0xfbff, 0]);
    for (const value of [65520, -1e9, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(() => encode(value)).toThrow(/^weights: w holds .*, which no half float can hold/);
    }
  });
});
