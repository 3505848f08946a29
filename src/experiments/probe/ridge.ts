/**
 * A linear probe: ridge regression of one target per class (+1 for the case's class, else -1), in
 * closed form. For centred X and Y, W = (X^T X + lambda I)^-1 X^T Y; the intercept is unpenalised.
 * Equal to X^T (X X^T + lambda I)^-1 Y, so the smaller system is solved.
 */
import { solvePositiveDefinite } from '../../util/cholesky';
import { dot } from '../../util/dot';
import { maxOf } from '../../util/lists';

export interface Probe {
  /** [classes][D] */
  readonly weights: readonly Float64Array[];
  readonly bias: readonly number[];
}

type Rows = readonly ArrayLike<number>[];

/** `x[i]` [D] and its class 0 .. classes - 1; min(n, D) <= 1024. */
export function fitRidge(x: Rows, labels: readonly number[], classes: number, lambda: number): Probe {
  const [n, D] = [x.length, x[0]!.length];
  const center = meanOf(x);
  const centred = x.map((row) => Float64Array.from(row, (value, d) => value - center[d]!));
  const share = Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length / n);
  const targetMean = share.map((p) => 2 * p - 1);
  const y = new Float64Array(n * classes);
  for (const [i, label] of labels.entries())
    for (let c = 0; c < classes; c++) y[i * classes + c] = (c === label ? 1 : -1) - targetMean[c]!;
  const w = n < D ? dual(centred, y, classes, lambda) : primal(centred, y, classes, lambda);
  const weights = Array.from({ length: classes }, (_, c) =>
    Float64Array.from({ length: D }, (_d, d) => w[d * classes + c]!),
  );
  return { weights, bias: weights.map((column, c) => targetMean[c]! - dot(column, center)) };
}

/** The class with the largest w . x + b; on ties the first. */
export function predict({ weights, bias }: Probe, x: ArrayLike<number>): number {
  const scores = weights.map((w, c) => dot(w, x) + bias[c]!);
  return scores.indexOf(maxOf(scores));
}

export function meanOf(x: Rows): Float64Array {
  return Float64Array.from(x[0]!, (_, d) => x.reduce((sum, row) => sum + row[d]! / x.length, 0));
}

/** (X^T X + lambda I)^-1 X^T Y, [D, classes]. */
function primal(x: readonly Float64Array[], y: Float64Array, classes: number, lambda: number): Float64Array {
  const D = x[0]!.length;
  const columns = Array.from({ length: D }, (_, d) => Float64Array.from(x, (row) => row[d]!));
  const right = new Float64Array(D * classes);
  for (let d = 0; d < D; d++)
    for (let c = 0; c < classes; c++)
      for (let i = 0; i < x.length; i++) right[d * classes + c]! += columns[d]![i]! * y[i * classes + c]!;
  return solvePositiveDefinite(gram(columns, lambda), right, D);
}

/** X^T (X X^T + lambda I)^-1 Y, [D, classes]. */
function dual(x: readonly Float64Array[], y: Float64Array, classes: number, lambda: number): Float64Array {
  const [n, D] = [x.length, x[0]!.length];
  const solved = solvePositiveDefinite(gram(x, lambda), y, n);
  const w = new Float64Array(D * classes);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < D; d++)
      for (let c = 0; c < classes; c++) w[d * classes + c]! += x[i]![d]! * solved[i * classes + c]!;
  return w;
}

/** Gram matrix of the rows, plus lambda on the diagonal. */
function gram(rows: readonly Float64Array[], lambda: number): Float64Array {
  const n = rows.length;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = dot(rows[i]!, rows[j]!);
    out[i * n + i]! += lambda;
  }
  return out;
}
