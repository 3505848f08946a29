/**
 * Which cells of a map have an effect, decided for all cells at once. Two conditions: a paired t
 * test whose critical value holds for the whole map (max-t, `maxTCritical`), and nearly all draws
 * on one side of zero. The second rejects skewed draws: if most are barely positive and a few far
 * below zero, t alone is misled. Use unbounded metrics (log p, logit difference): draws of p are
 * mostly near 0 with rare large ones.
 */
import { maxTCritical } from './maxT';
import { mean, standardError } from './stats';

/** Fewer draws say nothing about many cells at once. */
export const FEWEST_DRAWS = 10;
/** Share of draws on the side of the mean. */
const ONE_SIDE = 0.9;
/**
 * The two-sided sign test must also pass at this level: all of ten draws, 13 of 14. With nine of
 * ten, 11 % of null maps had a cell.
 */
const SIGN_LEVEL = 0.002;
const NO_SPREAD = 1e-12;

/**
 * Per cell: true = clear effect, false = hatched; null with fewer than ten draws. `cells[c][i]` is
 * the effect of draw i in cell c, paired across cells. A cell with constant draws has an effect
 * unless it is 0.
 */
export function hatching(cells: readonly (readonly number[])[], seed: number): boolean[] | null {
  const n = cells[0]?.length ?? 0;
  if (n < FEWEST_DRAWS) return null;
  const critical = maxTCritical(cells, seed)!;
  const needed = neededOnOneSide(n);
  return cells.map((draws) => {
    const effect = mean(draws);
    const error = standardError(draws);
    if (error <= NO_SPREAD) return Math.abs(effect) > NO_SPREAD;
    const onItsSide = draws.filter((value) => value * effect > 0).length;
    return Math.abs(effect) > critical * error && onItsSide >= needed;
  });
}

/** The fewest of n draws on one side that pass both rules. */
function neededOnOneSide(n: number): number {
  // Two-sided p of k or more of n on one side: 2 P(B >= k), B binomial with 1/2.
  let term = 2 * 0.5 ** n;
  let p = term;
  let k = n;
  while (k > 1) {
    term *= k / (n - k + 1);
    if (p + term > SIGN_LEVEL) break;
    p += term;
    k--;
  }
  return Math.max(k, Math.ceil(ONE_SIDE * n));
}
