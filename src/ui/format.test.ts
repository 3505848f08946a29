import { describe, expect, it } from 'vitest';
import { about, count, duration, flops, megabytes } from './format';

describe('amounts', () => {
  it('writes numbers, times, sizes', () => {
    expect(count(37800)).toBe('37,800');
    expect(duration(0.2)).toBe('under 1 s');
    expect(duration(125)).toBe('2 min 5 s');
    expect(duration(60)).toBe('1 min');
    expect(about(0.5)).toBe('under 1 s');
    expect(about(40)).toBe('about 40 s');
    expect(megabytes(2.7e6)).toBe('2.7 MB');
    expect(megabytes(548e6)).toBe('548 MB');
    expect(flops(164e9)).toBe('164 GFLOP');
  });
});
