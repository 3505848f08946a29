/** How well estimates agree with measurements of the same things, paired by index. */
import { largestIds } from '../util/largest';
import { spearman } from './correlation';
import { mean } from './stats';

export interface Agreement {
  /** Spearman's rank correlation; null if either list is constant. */
  readonly spearman: number | null;
  /** 1 - sum of squared errors / variance of the measured; null if they are constant. */
  readonly rSquared: number | null;
  /** Of the k largest magnitudes measured, the share among the k largest estimated. */
  readonly top: number;
  /** Of the k largest magnitudes measured, those with the wrong sign. */
  readonly signErrors: number;
}

export function agreement(estimated: readonly number[], measured: readonly number[], k: number): Agreement {
  const largest = (values: readonly number[]) => largestIds(values.map(Math.abs), k);
  const [found, top] = [new Set(largest(estimated)), largest(measured)];
  return {
    spearman: spearman(estimated, measured),
    rSquared: rSquared(estimated, measured),
    top: top.filter((i) => found.has(i)).length / Math.max(1, top.length),
    signErrors: top.filter((i) => Math.sign(estimated[i]!) !== Math.sign(measured[i]!)).length,
  };
}

function rSquared(estimated: readonly number[], measured: readonly number[]): number | null {
  const middle = mean(measured);
  let [errors, spread] = [0, 0];
  for (const [i, value] of measured.entries()) {
    errors += (value - estimated[i]!) ** 2;
    spread += (value - middle) ** 2;
  }
  return spread === 0 ? null : 1 - errors / spread;
}
