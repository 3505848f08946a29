/**
 * Fieller's interval (1954) of a ratio of two paired means: the ratios r for which mean(above) - r
 * mean(below) differs from 0 by at most t standard errors. With clusters the variances are those of
 * `clusters.ts`, and numerator and denominator share the clusters. If the denominator's own
 * interval contains 0, these ratios do not form an interval, and nothing is determined.
 */
import { dot } from '../util/dot';
import { type ClusterWeights, FEWEST_CLUSTERS } from './clusters';
import { type Interval, tCritical } from './stats';

/** `ratio` of the means; 'not determined': denominator perhaps 0; 'few': below five clusters. */
export type Ratio =
  | { readonly kind: 'interval'; readonly ratio: number; readonly interval: Interval }
  | { readonly kind: 'not determined' }
  | { readonly kind: 'few'; readonly ratio: number };

/** `above[g]` and `below[g]`: means of cluster g (or case g, with sizes of 1). */
export function fiellerInterval(
  above: ArrayLike<number>,
  below: ArrayLike<number>,
  { weights, spread, df }: ClusterWeights,
): Ratio {
  const G = weights.length;
  const [a, b] = [dot(weights, above), dot(weights, below)];
  if (b === 0) return { kind: 'not determined' };
  if (G < FEWEST_CLUSTERS) return { kind: 'few', ratio: a / b };
  let [aa, ab, bb] = [0, 0, 0];
  for (let g = 0; g < G; g++) {
    const [da, db] = [above[g]! - a, below[g]! - b];
    aa += spread[g]! * da * da;
    ab += spread[g]! * da * db;
    bb += spread[g]! * db * db;
  }
  // (a - r b)^2 <= t^2 (aa - 2 r ab + r^2 bb): a quadratic in r.
  const t2 = tCritical(df, 0.05) ** 2;
  const square = b * b - t2 * bb;
  if (square <= 0) return { kind: 'not determined' };
  const half = a * b - t2 * ab;
  // Rounding may make this negative where the two are proportional.
  const root = Math.sqrt(Math.max(0, half * half - square * (a * a - t2 * aa)));
  return { kind: 'interval', ratio: a / b, interval: [(half - root) / square, (half + root) / square] };
}
