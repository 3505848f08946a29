/**
 * Means over clustered cases (prompts of one subject), with errors for drawing other clusters. CR2
 * (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018) under a working model of independent cases;
 * for a mean it has a closed form. With weights w_g (1 / G, or n_g / N), cluster means m_g, mean m
 * = sum w_g m_g and S = sum w_g^2 / n_g:
 *
 *   V = sum q_g (m_g - m)^2,   q_g = w_g^2 / (1 - 2 w_g + n_g S)
 *
 * With equal sizes this is s^2 / G of the cluster means, with G - 1 degrees of freedom: Student's
 * t. Otherwise the degrees of freedom are Satterthwaite's: 2 E(V)^2 / var(V) under the working
 * model.
 */
import { dot } from '../util/dot';
import { type Interval, tCritical } from './stats';

/** Fewer clusters do not show how much they vary: no interval. */
export const FEWEST_CLUSTERS = 5;

/** What the mean weighs equally: every cluster, or every case. */
export type Weigh = 'clusters' | 'cases';

/** The weights of clusters of given sizes. */
export interface ClusterWeights {
  /** Weights of the mean; they sum to 1. */
  readonly weights: Float64Array;
  /** Weights of the squared deviations: `variance = sum spread_g (m_g - m)^2`. */
  readonly spread: Float64Array;
  /** Degrees of freedom of the t distribution; 0 for one cluster. */
  readonly df: number;
  readonly isEqual: boolean;
}

/** `sizes[g]`: cases of cluster g, each at least 1. */
export function clusterWeights(sizes: ArrayLike<number>, weigh: Weigh = 'clusters'): ClusterWeights {
  const G = sizes.length;
  const n = Array.from(sizes);
  const N = n.reduce((sum, size) => sum + size, 0);
  const weights = Float64Array.from(n, (size) => (weigh === 'clusters' ? 1 / G : size / N));
  const isEqual = n.every((size) => size === n[0]);
  if (G < 2) return { weights, spread: new Float64Array(G), df: 0, isEqual };
  const S = n.reduce((sum, size, g) => sum + weights[g]! ** 2 / size, 0);
  const spread = weights.map((w, g) => w ** 2 / (1 - 2 * w + n[g]! * S));
  return { weights, spread, df: isEqual ? G - 1 : satterthwaite(n, weights, spread, S), isEqual };
}

/**
 * (sum P_gg)^2 / sum_gh P_gh^2, where P_gh = sqrt(q_g q_h) ([g = h] / n_g - a_g - a_h + S), a_g =
 * w_g / n_g, is the covariance of the terms of V under the working model.
 */
function satterthwaite(n: readonly number[], weights: Float64Array, spread: Float64Array, S: number): number {
  let [trace, q0, q1, q2, diagonal] = [0, 0, 0, 0, 0];
  for (const [g, size] of n.entries()) {
    const q = spread[g]!;
    const a = weights[g]! / size;
    const own = q * (1 / size - 2 * a + S);
    trace += own;
    diagonal += own ** 2 - (q * (S - 2 * a)) ** 2;
    q0 += q;
    q1 += q * a;
    q2 += q * a * a;
  }
  const all = S * S * q0 * q0 + 2 * q0 * q2 - 4 * S * q0 * q1 + 2 * q1 * q1;
  return trace ** 2 / (all + diagonal);
}

export interface ClusterMean {
  readonly mean: number;
  /** Standard error; 0 for one cluster. */
  readonly error: number;
  readonly df: number;
  readonly clusters: number;
  /** Whether all clusters have the same size. */
  readonly isEqual: boolean;
  /** 95 % interval; null below five clusters. */
  readonly interval: Interval | null;
}

/** `clusters[i]` names the cluster of case i. Throws if there are no cases. */
export function clusterMean(
  values: ArrayLike<number>,
  clusters: readonly string[],
  weigh: Weigh = 'clusters',
): ClusterMean {
  const { means, sizes } = clustered(values, clusters);
  return meanOfClusters(means, clusterWeights(sizes, weigh));
}

/** Mean and size of every cluster, in order of first appearance. */
export function clustered(
  values: ArrayLike<number>,
  clusters: readonly string[],
): { readonly means: number[]; readonly sizes: number[] } {
  if (values.length === 0 || values.length !== clusters.length) {
    throw new Error(
      `internal: clusters: wrong length, got ${values.length} values of ${clusters.length} cases, expected one each.`,
    );
  }
  const sums = new Map<string, { sum: number; n: number }>();
  for (const [i, name] of clusters.entries()) {
    const own = sums.get(name) ?? { sum: 0, n: 0 };
    sums.set(name, { sum: own.sum + values[i]!, n: own.n + 1 });
  }
  const own = [...sums.values()];
  return { means: own.map(({ sum, n }) => sum / n), sizes: own.map(({ n }) => n) };
}

export function meanOfClusters(means: ArrayLike<number>, about: ClusterWeights): ClusterMean {
  const { weights, spread, df, isEqual } = about;
  const G = means.length;
  const mean = dot(weights, means);
  let variance = 0;
  for (let g = 0; g < G; g++) variance += spread[g]! * (means[g]! - mean) ** 2;
  const error = Math.sqrt(variance);
  const half = G < FEWEST_CLUSTERS ? null : tCritical(df, 0.05) * error;
  const interval: Interval | null = half === null ? null : [mean - half, mean + half];
  return { mean, error, df, clusters: G, isEqual, interval };
}
