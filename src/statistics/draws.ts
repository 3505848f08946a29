/**
 * The 95 % interval of the mean of independent draws (docs/statistics.md). Bounded draws, such as a
 * probability, need hedged capital, valid for any distribution. Unbounded ones, such as log p or a
 * logit difference, have Student's t, whose measured coverage is 94 to 96 % from three draws on.
 */
import { FEWEST_BOUNDED, hedgedInterval } from './hedged';
import { type Interval, mean, standardError, tCritical } from './stats';

/** Fewer draws give an interval too wide to report, or one that does not cover. */
export const FEWEST_OF = { hedged: FEWEST_BOUNDED, t: 3 } as const;

/**
 * `bounds`: smallest and largest possible draw; null: unbounded. Simultaneous over `comparisons`
 * intervals (Bonferroni). Null for too few draws.
 */
export function drawnInterval(
  values: readonly number[],
  bounds: readonly [number, number] | null,
  comparisons = 1,
): Interval | null {
  const alpha = 0.05 / comparisons;
  if (bounds) return values.length < FEWEST_OF.hedged ? null : hedgedInterval(values, bounds, alpha);
  if (values.length < FEWEST_OF.t) return null;
  const half = tCritical(values.length - 1, alpha) * standardError(values);
  const middle = mean(values);
  return [middle - half, middle + half];
}
