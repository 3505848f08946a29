/** How well estimates agree with measurements of the same things, paired by index. */
import { largestIds } from '../util/largest';
import { spearman } from './correlation';
import { mean } from './stats';

export interface Agreement {
  /** Spearman's rank correlation; null if either list is constant. */
  readonly spearman: number | null;
  /** 1 - sum of squared errors / variance of the measured; null if they are constant. */
  readonly rSquared: number | null;
  /** Of the true top, the share among the k largest magnitudes estimated. */
  readonly top: number;
  /** Of the true top, those with the wrong sign. */
  readonly signErrors: number;
  /** The true top: the k largest magnitudes measured, without those that are next to nothing. */
  readonly topSize: number;
}

/** Of the largest: less is nothing, and its order is that of rounding. */
const NOTHING = 1e-6;

export function agreement(estimated: readonly number[], measured: readonly number[], k: number): Agreement {
  const largest = (values: readonly number[]) => largestIds(values.map(Math.abs), k);
  const found = new Set(largest(estimated));
  const ranked = largest(measured);
  const least = NOTHING * Math.abs(measured[ranked[0]!] ?? 0);
  const top = ranked.filter((i) => Math.abs(measured[i]!) > least);
  return {
    spearman: spearman(estimated, measured),
    rSquared: rSquared(estimated, measured),
    top: top.filter((i) => found.has(i)).length / Math.max(1, top.length),
    signErrors: top.filter((i) => Math.sign(estimated[i]!) !== Math.sign(measured[i]!)).length,
    topSize: top.length,
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
