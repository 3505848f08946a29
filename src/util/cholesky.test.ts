import { describe, expect, it } from 'vitest';
import { solvePositiveDefinite } from './cholesky';
import { standardNormals } from './random';

describe('solvePositiveDefinite', () => {
  it('gives back X from A and A X, for a random A = M M^T + I', () => {
    const [n, m] = [40, 3];
    const random = standardNormals(5, n * n + n * m);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        a[i * n + j] = i === j ? 1 : 0;
        for (let k = 0; k < n; k++) a[i * n + j]! += random[i * n + k]! * random[j * n + k]!;
      }
    }
    const x = random.subarray(n * n);
    const b = new Float64Array(n * m);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < m; c++) for (let k = 0; k < n; k++) b[i * m + c]! += a[i * n + k]! * x[k * m + c]!;
    const found = solvePositiveDefinite(a, b, n);
    for (const [i, value] of found.entries()) expect(Math.abs(value - x[i]!)).toBeLessThan(1e-9);
  });

  it('refuses a matrix without a factor, and one that is too large', () => {
    const a = Float64Array.of(1, 2, 2, 1);
    expect(() => solvePositiveDefinite(a, Float64Array.of(1, 1), 2)).toThrow(
      'solve: the matrix is not positive definite, got pivot -3 in row 1, expected more than 0.',
    );
    expect(() => solvePositiveDefinite(a, a, 1025)).toThrow('got 1025 equations, expected at most 1024');
  });
});
