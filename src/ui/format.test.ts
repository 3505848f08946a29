import { describe, expect, it } from 'vitest';
import { about, count, duration, flops, byteCount } from './format';

describe('amounts', () => {
  it('writes numbers, times, sizes', () => {
    expect(count(37800)).toBe('37,800');
    expect(duration(0.2)).toBe('under 1 s');
    expect(duration(125)).toBe('2 min 5 s');
    expect(duration(60)).toBe('1 min');
    expect(about(0.5)).toBe('under 1 s');
    expect(about(40)).toBe('about 40 s');
    expect(byteCount(2.7e6)).toBe('2.7 MB');
    expect(byteCount(548e6)).toBe('548 MB');
    expect(byteCount(0)).toBe('0 B');
    expect(byteCount(23)).toBe('23 B');
    expect(byteCount(43_326)).toBe('43 KB');
    expect(byteCount(273_000)).toBe('0.27 MB');
    expect(byteCount(999_999_999)).toBe('1 GB');
    expect(byteCount(1.77e9)).toBe('1.8 GB');
    expect(byteCount(885.2e9)).toBe('885 GB');
    expect(flops(164e9)).toBe('164 GFLOP');
  });
});
