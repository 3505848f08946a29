import { describe, expect, it } from 'vitest';
import { bf16ToF32, decodeBf16, decodeF16, f16ToF32 } from './halves';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, code) => code);

/** The definition of a small float format in exact arithmetic: (-1)^s x 2^(e - bias) x 1.m, or 0.m at e = 0. */
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
