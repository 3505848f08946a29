/**
 * Where to cut a unit's map so that it says most about a concept (Bau et al. 2019): among 100 quantiles
 * of the unit's values, the one that maximises the information quality ratio of the two masks.
 */
import { quantile } from '../../statistics/stats';

/** Shares of the unit's values above the threshold: 100 from 0.001 to 1, evenly in the logarithm. */
const LEVELS = Array.from({ length: 100 }, (_, i) => 10 ** (-3 + (3 * i) / 99));
/** Least share of pixels on which the two masks agree. */
const AGREEMENT = 0.8;
/** Least share of pixels under the concept. */
const SHARE = 1e-3;

/** Pixels: above a threshold, and above it and under the concept. */
export interface Hits {
  readonly above: number;
  readonly both: number;
}

export interface Cut {
  readonly threshold: number;
  /** Information quality ratio, 0 to 1. */
  readonly quality: number;
}

/** Candidate thresholds from a unit's values, the highest first. Sorts `values`. */
export function candidates(values: Float32Array): number[] {
  values.sort();
  return LEVELS.map((level) => quantile(values, 1 - level));
}

/**
 * The best of `thresholds` for a concept that covers `under` of `total` pixels. Null if none is above 0
 * and agrees with the concept on 80 % of the pixels, or if it covers less than 0.1 % of them.
 */
export function bestCut(
  thresholds: readonly number[],
  hits: readonly Hits[],
  under: number,
  total: number,
): Cut | null {
  if (under / total < SHARE) return null;
  let best: Cut | null = null;
  for (const [i, threshold] of thresholds.entries()) {
    const { above, both } = hits[i]!;
    const agree = (total - above - under + 2 * both) / total;
    if (!(threshold > 0 && agree > AGREEMENT)) continue;
    const quality = informationQuality(hits[i]!, under, total);
    if (best === null || quality > best.quality) best = { threshold, quality };
  }
  return best;
}

/** I / H: mutual information of the two masks over their joint entropy. 1: they are equal. */
export function informationQuality({ above, both }: Hits, under: number, total: number): number {
  const entropyOf = (...pixels: readonly number[]) =>
    pixels.reduce((sum, n) => (n > 0 ? sum - (n / total) * Math.log(n / total) : sum), 0);
  const joint = entropyOf(both, above - both, under - both, total - above - under + both);
  if (joint === 0) return 0;
  return (entropyOf(above, total - above) + entropyOf(under, total - under) - joint) / joint;
}

/** |above and under| / |above or under|; 0 if both are empty. */
export function iouOf({ above, both }: Hits, under: number): number {
  const union = above + under - both;
  return union === 0 ? 0 : both / union;
}
