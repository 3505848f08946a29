/**
 * LIME on segments (Ribeiro, Singh & Guestrin 2016), as the package `lime` does it: a weighted ridge
 * regression of the class's probability on which segments are kept.
 */
import { solvePositiveDefinite } from '../../util/cholesky';
import { RandomState } from '../../util/random';

/** Rows of 0 (hidden) and 1 without end; the first keeps all segments. */
export function* limeRows(segments: number, seed: number): Generator<Uint8Array, never> {
  const random = new RandomState(seed);
  for (let row = 0; ; row++) {
    const drawn = Uint8Array.from({ length: segments }, () => Math.floor(2 * random.nextDouble()));
    yield row === 0 ? drawn.fill(1) : drawn;
  }
}

export interface LimeFit {
  /** Per segment. */
  readonly weights: Float64Array;
  readonly intercept: number;
}

/**
 * A row's weight is sqrt(exp(-d^2 / width^2)), d its cosine distance from the row of ones. The ridge's
 * alpha is 1; the intercept is not penalised. At most 1,024 segments.
 */
export function limeFit(rows: readonly Uint8Array[], p: readonly number[], width = 0.25): LimeFit {
  const segments = rows[0]!.length;
  const weights = rows.map((row) => {
    const kept = row.reduce((sum, one) => sum + one, 0);
    // |row| |ones| = sqrt(kept segments); a row of zeros has no direction: distance 1.
    const distance = kept === 0 ? 1 : 1 - kept / Math.sqrt(kept * segments);
    return Math.sqrt(Math.exp(-(distance ** 2) / width ** 2));
  });
  const total = weights.reduce((sum, one) => sum + one, 0);
  const meanOf = (value: (i: number) => number) =>
    weights.reduce((sum, weight, i) => sum + (weight * value(i)) / total, 0);
  const centre = Float64Array.from({ length: segments }, (_, s) => meanOf((i) => rows[i]![s]!));
  const middle = meanOf((i) => p[i]!);
  const gram = new Float64Array(segments * segments);
  const right = new Float64Array(segments);
  for (const [i, row] of rows.entries()) {
    const x = centre.map((own, s) => row[s]! - own);
    for (let a = 0; a < segments; a++) {
      const weighted = weights[i]! * x[a]!;
      right[a]! += weighted * (p[i]! - middle);
      for (let b = 0; b <= a; b++) gram[a * segments + b]! += weighted * x[b]!;
    }
  }
  for (let s = 0; s < segments; s++) gram[s * segments + s]! += 1;
  const found = solvePositiveDefinite(gram, right, segments);
  return { weights: found, intercept: middle - found.reduce((sum, one, s) => sum + one * centre[s]!, 0) };
}
