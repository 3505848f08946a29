/**
 * A ratio of two means over cases, e.g. a part's share of the model's effect, with Fieller's
 * interval (`statistics/fieller.ts`) over clusters. No ratio if the denominator may be 0.
 */
import { fiellerInterval } from '../../statistics/fieller';
import { mean } from '../../statistics/stats';
import { type Averaged, gathering, intervalsBy, type Over } from './average';
import { SMALLEST_LOSS } from './loss';

export interface Ratios extends Averaged {
  /** Why values are missing: the denominator's mean is 0, or its interval holds 0. */
  readonly missing: 'nothing' | 'not determined' | null;
}

/** `above[case][cell]` over `below[case]`, per cell; all null if the denominator may be 0. */
export function ratiosOfMeans(
  above: readonly (readonly number[])[],
  below: readonly number[],
  over: Over,
): Ratios {
  const cells = above[0] ?? [];
  const none = cells.map(() => null);
  const whole = mean(below);
  if (above.length === 0 || Math.abs(whole) < SMALLEST_LOSS) return { values: none, missing: 'nothing' };
  if (above.length === 1) return { values: cells.map((value) => value / whole), missing: null };
  const numbers = above.map((own, i) => [...own, below[i]!]);
  const gather = gathering(numbers, over);
  const lower = gather(cells.length)!;
  const found = cells.map((_, c) => fiellerInterval(gather(c)!.means, lower.means, lower.about));
  const varies = { what: over.what ?? 'prompts', n: above.length };
  if (found.some(({ kind }) => kind === 'not determined'))
    return { values: none, varies, missing: 'not determined' };
  const intervals = found.map((one) => (one.kind === 'interval' ? one.interval : null));
  return {
    values: found.map((one) => (one.kind === 'not determined' ? null : one.ratio)),
    ...intervalsBy(intervals, `Fieller, ${Number(lower.df.toFixed(1))} degrees of freedom`),
    varies,
    missing: null,
  };
}
