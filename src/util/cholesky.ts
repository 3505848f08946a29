/** Solves A X = B for symmetric positive definite A in float64, by Cholesky factorisation. */

/**
 * `a` [n, n], `b` [n, m], both row-major; n <= 1024. Returns X [n, m]. Reads only a's lower
 * triangle. Throws an Error if a is not positive definite.
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array, n: number): Float64Array {
  if (n > 1024) throw new Error(`solve: too large, got ${n} equations, expected at most 1024.`);
  const l = factor(a, n);
  const m = b.length / n;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, i, l[i * n + k]!, k, m);
    for (let c = 0; c < m; c++) x[i * m + c]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(x, i, l[k * n + i]!, k, m);
    for (let c = 0; c < m; c++) x[i * m + c]! /= l[i * n + i]!;
  }
  return x;
}

function subtractRow(x: Float64Array, i: number, by: number, k: number, m: number): void {
  for (let c = 0; c < m; c++) x[i * m + c]! -= by * x[k * m + c]!;
}

/** Lower triangular L with L L^T = a. */
function factor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else
        throw new Error(
          `solve: the matrix is not positive definite, got pivot ${sum} in row ${i}, expected more than 0.`,
        );
    }
  }
  return l;
}
