/**
 * Bootstrap-t interval of a mean of non-negative numbers such as divergences; clusters are
 * resampled (Efron & Tibshirani 1993, 12.5). Skewed numbers get a longer upper than lower arm,
 * unlike Student's t. Truncated at 0.
 */
import { RandomState } from '../util/random';
import { type Interval, quantile } from './stats';

/** With fewer clusters, too many resamples are nearly one cluster. */
export const FEWEST_DRAWN = 10;

export interface Resampling {
  readonly samples: number;
  readonly seed: number;
}

/** 95 % interval of the mean over cases, from clusters' means and sizes; null below ten. */
export function bootstrapT(
  means: ArrayLike<number>,
  sizes: ArrayLike<number>,
  { samples, seed }: Resampling,
): Interval | null {
  const G = means.length;
  if (G < FEWEST_DRAWN) return null;
  const own = meanAndError(means, sizes, null);
  if (own.error === 0) return [own.mean, own.mean];
  const random = new RandomState(seed);
  const times = new Float64Array(G);
  const t: number[] = [];
  for (let b = 0; b < samples; b++) {
    times.fill(0);
    for (let g = 0; g < G; g++) times[Math.floor(random.nextDouble() * G)]!++;
    const resample = meanAndError(means, sizes, times);
    if (resample.error > 0) t.push((resample.mean - own.mean) / resample.error);
  }
  t.sort((a, b) => a - b);
  const low = own.mean - quantile(t, 0.975) * own.error;
  const high = own.mean - quantile(t, 0.025) * own.error;
  return [Math.max(0, low), Math.max(own.mean, high)];
}

/** Mean over cases, with cluster g counted `times[g]` times, and its cluster-robust error. */
function meanAndError(
  means: ArrayLike<number>,
  sizes: ArrayLike<number>,
  times: Float64Array | null,
): { mean: number; error: number } {
  const G = means.length;
  let [sum, n] = [0, 0];
  for (let g = 0; g < G; g++) {
    const cases = sizes[g]! * (times ? times[g]! : 1);
    sum += cases * means[g]!;
    n += cases;
  }
  const mean = sum / n;
  let squares = 0;
  for (let g = 0; g < G; g++) squares += (times ? times[g]! : 1) * (sizes[g]! * (means[g]! - mean)) ** 2;
  return { mean, error: Math.sqrt((G / (G - 1)) * squares) / n };
}
