/**
 * A ratio of two means over cases, e.g. the share of what a model does that a part of it does. Its interval is that of the
 * mean of its first-order terms (Taylor linearisation, the delta method: Cochran 1977, Sampling Techniques, 6.3):
 * r + (a_i - r b_i) / mean(b), whose mean is r; so prompts of one subject stay one cluster.
 */
import { mean } from '../../util/stats';
import { type Averaged, averaged, type Over, type PerCase } from './average';
import { SMALLEST_LOSS } from './loss';

/** `above[case][cell]` over `below[case]`, per cell; null where the lower mean is nothing to take shares of. */
export function ratiosOfMeans(
  above: readonly (readonly number[])[],
  below: readonly number[],
  over: Over,
): Averaged {
  const whole = mean(below);
  const cells = above[0] ?? [];
  if (above.length === 0 || Math.abs(whole) < SMALLEST_LOSS) return { values: cells.map(() => null) };
  const ratios = cells.map((_, cell) => mean(above.map((own) => own[cell]!)) / whole);
  const terms: PerCase = above.map((own, i) =>
    own.map((value, cell) => ratios[cell]! + (value - ratios[cell]! * below[i]!) / whole),
  );
  return { ...averaged(terms, over), values: ratios };
}
