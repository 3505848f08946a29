import { describe, expect, it } from 'vitest';
import { gaussLegendre } from './gaussLegendre';

/** Abramowitz and Stegun, table 25.4, n = 5, on [-1, 1]. */
const TABLE = [
  [-0.906179845938664, 0.236926885056189],
  [-0.538469310105683, 0.478628670499366],
  [0, 0.568888888888889],
  [0.538469310105683, 0.478628670499366],
  [0.906179845938664, 0.236926885056189],
] as const;

describe('Gauss-Legendre quadrature', () => {
  it('has the published nodes and weights of n = 5, within 1e-15', () => {
    for (const [i, { at, weight }] of gaussLegendre(5).entries()) {
      expect(Math.abs(2 * at - 1 - TABLE[i]![0])).toBeLessThan(1e-15);
      expect(Math.abs(2 * weight - TABLE[i]![1])).toBeLessThan(1e-15);
    }
  });

  it('of one node is the midpoint', () => {
    const [{ at, weight }] = gaussLegendre(1) as [{ at: number; weight: number }];
    expect(at).toBeCloseTo(0.5, 15);
    expect(weight).toBeCloseTo(1, 15);
  });

  it.each([2, 5, 20, 100, 1000])('of %i nodes integrates polynomials up to degree 2n - 1, not 2n', (n) => {
    const nodes = gaussLegendre(n);
    expect(nodes.every(({ at }, i) => at > (nodes[i - 1]?.at ?? 0) && at < 1)).toBe(true);
    const errorOf = (degree: number) => {
      const sum = nodes.reduce((total, { at, weight }) => total + weight * at ** degree, 0);
      return Math.abs(sum * (degree + 1) - 1);
    };
    for (const degree of [0, 1, n, 2 * n - 1])
      expect(errorOf(degree), `degree ${degree}`).toBeLessThan(2e-12);
    // The first degree that n nodes miss, where rounding does not hide it.
    if (n <= 5) expect(errorOf(2 * n)).toBeGreaterThan(1e-7);
  });
});
