/** Compares two groups of cases: difference of means, interval, permutation test, many tests. */
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';
import { type ClusterMean, clusterMean } from '../../statistics/clusters';
import { type Interval, tCritical } from '../../statistics/stats';
import { intervalsBy } from '../common/average';

export interface Group {
  /** One number per case. */
  readonly values: readonly number[];
  readonly clusters: readonly string[];
}

export interface Difference {
  /** Mean of `a` minus mean of `b`. */
  readonly value: number;
  /** 95 %, Welch's t with clustered errors (CR2); null if a group has fewer than five clusters. */
  readonly interval: Interval | null;
}

/** Differences as the cells of a figure. */
export const differenceCells = (differences: readonly Difference[]) => ({
  values: differences.map(({ value }) => value),
  ...intervalsBy(
    differences.map(({ interval }) => interval),
    'Welch t with CR2 errors',
  ),
});

/** Means over cases. */
export function differenceOf(a: Group, b: Group): Difference {
  const [one, two] = [a, b].map(({ values, clusters }) => clusterMean(values, clusters, 'cases')) as [
    ClusterMean,
    ClusterMean,
  ];
  const value = one.mean - two.mean;
  if (!one.interval || !two.interval) return { value, interval: null };
  const [v, w] = [one.error ** 2, two.error ** 2];
  if (v + w === 0) return { value, interval: [value, value] };
  const df = (v + w) ** 2 / (v ** 2 / one.df + w ** 2 / two.df);
  const half = tCritical(df, 0.05) * Math.sqrt(v + w);
  return { value, interval: [value - half, value + half] };
}

/**
 * Two-sided p of the difference of means under shuffling of clusters between groups of fixed size:
 * (1 + shuffles with at least that difference) / (1 + shuffles).
 */
export function permutationP(a: Group, b: Group, permutations: number, seed: number): number {
  const [one, two] = [sumsOf(a), sumsOf(b)];
  const all = [...one, ...two];
  const difference = (order: readonly number[]): number => {
    const mean = (places: readonly number[]) => {
      const n = places.reduce((sum, g) => sum + all[g]!.n, 0);
      return places.reduce((sum, g) => sum + all[g]!.sum, 0) / n;
    };
    return Math.abs(mean(order.slice(0, one.length)) - mean(order.slice(one.length)));
  };
  let order = [...all.keys()];
  const observed = difference(order);
  const random = new RandomState(seed);
  let asLarge = 0;
  for (let k = 0; k < permutations; k++) {
    order = shuffled(order, random);
    // A shuffle into the same groups must count, whatever its rounding.
    if (difference(order) >= observed * (1 - 1e-12)) asLarge++;
  }
  return (1 + asLarge) / (1 + permutations);
}

function sumsOf({ values, clusters }: Group): { sum: number; n: number }[] {
  const sums = new Map<string, { sum: number; n: number }>();
  for (const [i, value] of values.entries()) {
    const { sum, n } = sums.get(clusters[i]!) ?? { sum: 0, n: 0 };
    sums.set(clusters[i]!, { sum: sum + value, n: n + 1 });
  }
  return [...sums.values()];
}

/** Benjamini & Hochberg 1995: smallest false discovery rate at which each test is a discovery. */
export function adjusted(p: readonly number[]): number[] {
  const order = [...p.keys()].sort((a, b) => p[b]! - p[a]!);
  const q = new Array<number>(p.length);
  let least = 1;
  for (const [k, i] of order.entries()) {
    least = Math.min(least, (p[i]! * p.length) / (p.length - k));
    q[i] = least;
  }
  return q;
}
