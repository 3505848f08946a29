/**
 * Hedged-capital interval of the mean of bounded numbers, valid for any distribution and any number
 * of draws (Waudby-Smith & Ramdas 2024, JRSS B 86, "Estimating means of bounded random variables by
 * betting", section 4). A mean m is excluded once a bettor against it has multiplied the stake by 2
 * / alpha, on either side:
 *
 *   K+(m) = prod (1 + min(lambda_i, c / m) (x_i - m)),   K-(m) = prod (1 - min(lambda_i, c / (1 - m)) (x_i - m))
 *   lambda_i = sqrt(2 ln(2 / alpha) / (var_{i-1} * look_i))
 *
 * var_{i-1} is the variance of the draws before i, plus half a draw at 1/2. look_i is the first
 * look at or after draw i. Each bet is set before its draw, so the capital is a martingale, and the
 * interval holds at all n at once with the whole alpha (Ville). Looking again after more draws
 * costs nothing, and alpha need not be split. The looks only set for which n the bets are sized;
 * any n is allowed. A confidence sequence depends on the order of the draws, which is the order in
 * which they were made.
 */
import type { Interval } from './stats';

/**
 * Numbers of draws for which bets are sized. The interval holds at all of them and in between, with
 * 95 % together.
 */
export const LOOKS = [10, 30, 100, 300] as const;
/** Fewer draws give an interval too wide to report. */
export const FEWEST_BOUNDED = 30;

/** Largest stake. Near 1, constant draws give nearly Clopper and Pearson's interval. */
const MOST_STAKED = 0.95;
const STEPS = 50;
/** How far rounding may push a value beyond a bound. */
const ROUNDING = 1e-9;

/**
 * 95 % interval of the mean of draws within `bounds` (a level: [0, 1]; a paired effect: [-1, 1]),
 * simultaneous over the numbers of draws at which it is read (`alpha` / k: for k means at once).
 * Without draws: the bounds. Throws if a value lies outside them.
 */
export function hedgedInterval(
  values: ArrayLike<number>,
  bounds: readonly [number, number],
  alpha = 0.05,
): Interval {
  const [least, most] = bounds;
  const draws = Array.from(values, (value, i) => {
    const x = (value - least) / (most - least);
    if (!(x >= -ROUNDING && x <= 1 + ROUNDING)) {
      throw new Error(
        `internal: hedged interval: value ${i} is out of bounds, got ${value}, expected ${least} to ${most}.`,
      );
    }
    return Math.min(1, Math.max(0, x));
  });
  const stakes = bets(draws, alpha);
  const mirrored = draws.map((x) => 1 - x);
  const low = lowerBound(draws, stakes, alpha);
  const high = 1 - lowerBound(mirrored, stakes, alpha);
  const scaled = (x: number) => least + x * (most - least);
  // Draws with a trend can exclude every mean. They do not share one distribution: claim nothing.
  return low <= high ? [scaled(low), scaled(high)] : [least, most];
}

/** The lambda of each draw, from the draws before it. */
function bets(draws: readonly number[], alpha: number): number[] {
  let sum = 0.5;
  let squares = 0.25;
  return draws.map((x, i) => {
    const variance = squares / (i + 1);
    const look = LOOKS.find((n) => n > i) ?? i + 1;
    sum += x;
    squares += (x - sum / (i + 2)) ** 2;
    return Math.sqrt((2 * Math.log(2 / alpha)) / (variance * look));
  });
}

/**
 * The largest m that betting on a larger mean has excluded at any time; 0 if none. Capital falls
 * with m, so bisection finds it.
 */
function lowerBound(draws: readonly number[], stakes: readonly number[], alpha: number): number {
  const needed = Math.log(2 / alpha);
  const isOut = (m: number): boolean => {
    let capital = 0;
    for (let i = 0; i < draws.length; i++) {
      capital += Math.log1p(Math.min(stakes[i]!, MOST_STAKED / m) * (draws[i]! - m));
      if (capital >= needed) return true;
    }
    return false;
  };
  let low = 0;
  let high = 1;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (isOut(middle)) low = middle;
    else high = middle;
  }
  return low;
}
