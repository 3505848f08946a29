import { describe, expect, it } from 'vitest';
import { philox4x32, uniformAt } from './philox';

describe('philox4x32', () => {
  it("gives Random123's known answers", () => {
    const hex = (words: readonly number[]) =>
      words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
    const ones = 0xffffffff;
    expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(hex(philox4x32([ones, ones, ones, ones], [ones, ones]))).toBe(
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    );
    // The digits of pi.
    expect(hex(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});

describe('uniformAt', () => {
  it('is uniform on [0, 1): mean and variance within five standard errors of 10,000 numbers', () => {
    const n = 10_000;
    const numbers = Array.from({ length: n }, (_, i) => uniformAt(7, i % 10, Math.floor(i / 10)));
    for (const u of numbers) expect(u >= 0 && u < 1).toBe(true);
    expect(new Set(numbers).size).toBe(n);
    const mean = numbers.reduce((a, b) => a + b) / n;
    const variance = numbers.reduce((a, b) => a + (b - 0.5) ** 2, 0) / n;
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  });
});
