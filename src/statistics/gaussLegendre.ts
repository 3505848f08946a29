/** Gauss-Legendre quadrature: the n nodes and weights that integrate polynomials of degree 2n - 1. */

export interface QuadratureNode {
  readonly at: number;
  readonly weight: number;
}

/** On [0, 1], ascending; the weights sum to 1. */
export function gaussLegendre(n: number): QuadratureNode[] {
  return Array.from({ length: n }, (_, i) => {
    // Nodes are the roots of the Legendre polynomial P_n; its roots on [-1, 1] begin near these.
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let { value, slope } = legendre(n, x);
    // Newton's method doubles the digits of each step.
    for (let step = 0; step < 6; step++) {
      x -= value / slope;
      ({ value, slope } = legendre(n, x));
    }
    return { at: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** P_n and its derivative inside (-1, 1), by the three-term recurrence. */
function legendre(n: number, x: number): { readonly value: number; readonly slope: number } {
  let [before, value] = [0, 1];
  for (let k = 1; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (before - x * value)) / (1 - x * x) };
}
