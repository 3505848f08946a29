/**
 * How large the largest of many t statistics gets by chance. Each cluster's deviation from the
 * cell's mean gets a random sign, the same in all cells, and the largest |t| over the cells is
 * recorded (the wild bootstrap with Rademacher signs: Cameron, Gelbach & Miller 2008).
 */
import { RandomState } from '../util/random';
import { mean, tCritical } from './stats';

export interface FlippedCell {
  /** m_g - m of each cluster; 0 where the cell lacks the cluster. */
  readonly deviations: ArrayLike<number>;
  /**
   * Weights of the mean and of its variance (`ClusterWeights`); 0 where the cell lacks the cluster.
   */
  readonly weights: ArrayLike<number>;
  readonly spread: ArrayLike<number>;
}

/** Up to this many sign vectors, all are tried; beyond, `flips` are drawn. */
const EXHAUSTIVE = 4096;

/** The 95 % quantile of the largest |t| over the flips; 0 without cells. */
function flippedQuantile(cells: readonly FlippedCell[], seed: number, flips: number): number {
  const G = cells[0]?.deviations.length ?? 0;
  const isExhaustive = 2 ** G <= EXHAUSTIVE;
  const largest = isExhaustive ? overAllFlips(cells, G) : overDrawnFlips(cells, G, seed, flips);
  largest.sort();
  return largest[Math.ceil(0.95 * largest.length) - 1] ?? 0;
}

/**
 * The largest |t| of each sign vector. Opposite vectors have the same |t|, so the last sign is
 * fixed. Vectors with a common beginning share its partial sums, each formed once, in cluster
 * order.
 */
function overAllFlips(cells: readonly FlippedCell[], G: number): Float64Array {
  const half = 2 ** Math.max(0, G - 1);
  const largest = new Float64Array(half);
  const [means, crosses] = [new Float64Array(half), new Float64Array(half)];
  for (const cell of cells) {
    means[0] = 0;
    crosses[0] = 0;
    for (let g = 0; g < G; g++) {
      const m = cell.weights[g]! * cell.deviations[g]!;
      const cross = cell.spread[g]! * cell.deviations[g]!;
      const known = 2 ** g;
      const isLast = g === G - 1;
      for (let flip = 0; flip < (isLast ? half : known); flip++) {
        if (!isLast) {
          means[known + flip] = means[flip]! + m;
          crosses[known + flip] = crosses[flip]! + cross;
        }
        means[flip]! -= m;
        crosses[flip]! -= cross;
      }
    }
    const { all, squares } = sumsOf(cell);
    for (let flip = 0; flip < half; flip++)
      largest[flip] = Math.max(largest[flip]!, tOf(means[flip]!, crosses[flip]!, all, squares));
  }
  // Each stands for two opposite vectors.
  return Float64Array.from({ length: 2 * half }, (_, i) => largest[i >> 1]!);
}

function overDrawnFlips(cells: readonly FlippedCell[], G: number, seed: number, flips: number): Float64Array {
  const random = new RandomState(seed);
  const signs = new Float64Array(G);
  const largest = new Float64Array(flips);
  const sums = cells.map(sumsOf);
  const weighted = cells.map(({ weights, deviations }) => products(weights, deviations));
  const spread = cells.map((cell) => products(cell.spread, cell.deviations));
  for (let flip = 0; flip < flips; flip++) {
    for (let g = 0; g < G; g++) signs[g] = random.nextUint32() & 1 ? 1 : -1;
    let max = 0;
    for (let c = 0; c < cells.length; c++) {
      const [ofMean, ofCross] = [weighted[c]!, spread[c]!];
      let m = 0;
      let cross = 0;
      for (let g = 0; g < G; g++) {
        m += signs[g]! * ofMean[g]!;
        cross += signs[g]! * ofCross[g]!;
      }
      const { all, squares } = sums[c]!;
      max = Math.max(max, tOf(m, cross, all, squares));
    }
    largest[flip] = max;
  }
  return largest;
}

const products = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from(a, (value, i) => value * b[i]!);

function sumsOf({ deviations, spread }: FlippedCell): { all: number; squares: number } {
  let [all, squares] = [0, 0];
  for (let g = 0; g < deviations.length; g++) {
    all += spread[g]!;
    squares += spread[g]! * deviations[g]! ** 2;
  }
  return { all, squares };
}

/** The |t| of one sign vector; 0 if nothing varies. */
function tOf(m: number, cross: number, all: number, squares: number): number {
  const variance = squares - 2 * m * cross + m * m * all;
  return variance > 0 ? Math.abs(m) / Math.sqrt(variance) : 0;
}

/** Sign vectors drawn when there are too many to try all. */
const FLIPS = 4096;

/**
 * Settings of the test of |mean| / standard error: degrees of freedom of t, seed of the flips, and
 * the most flips to draw.
 */
export interface Judged {
  readonly df: number;
  readonly seed: number;
  readonly flips?: number;
}

/**
 * Critical value of |mean| / standard error that holds for all these cells at once (max-t). Never
 * below a single cell's t quantile and never above Bonferroni's bound, which holds under any
 * dependence (few clusters have too few sign flips to say more).
 */
export function simultaneousCritical(
  cells: readonly FlippedCell[],
  { df, seed, flips = FLIPS }: Judged,
): number {
  const quantile = flippedQuantile(cells, seed, Math.min(flips, FLIPS));
  const single = tCritical(df, 0.05);
  return Math.min(tCritical(df, 0.05 / Math.max(1, cells.length)), Math.max(single, quantile));
}

/**
 * As `simultaneousCritical`, for a map of draws: `cells[c][i]` is draw i of cell c, paired across
 * cells. Cells with constant draws are left out. Null for a single draw.
 */
export function maxTCritical(cells: readonly ArrayLike<number>[], seed: number): number | null {
  const n = cells[0]?.length ?? 0;
  if (n < 2) return null;
  const centred = cells
    .map((values) => {
      const m = mean(values);
      return Float64Array.from(values, (value) => value - m);
    })
    .filter((values) => values.some((value) => Math.abs(value) > 1e-12));
  const weights = new Float64Array(n).fill(1 / n);
  const spread = new Float64Array(n).fill(1 / n / (n - 1));
  const flipped = centred.map((deviations) => ({ deviations, weights, spread }));
  return simultaneousCritical(flipped, { df: n - 1, seed });
}
