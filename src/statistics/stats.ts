/** Small-sample statistics: Student's t, paired intervals, shares. */

/** 95 % interval [low, high]. */
export type Interval = [number, number];

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Smallest and largest value. Without values: [Infinity, -Infinity]. */
export function rangeOf(values: readonly number[]): Interval {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** Standard error of the mean, n-1 degrees of freedom. */
export function standardError(values: ArrayLike<number>): number {
  const m = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - m) ** 2;
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** 95 % t interval of the mean; null for a single value, never a zero-width bar. */
export function tInterval(values: ArrayLike<number>): Interval | null {
  if (values.length < 2) return null;
  const half = tCritical(values.length - 1, 0.05) * standardError(values);
  const m = mean(values);
  return [m - half, m + half];
}

/** Quantile `q` of ascending values, linearly interpolated (as numpy's `quantile`). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}

/** Cached results: nearly all cells of a map share their degrees of freedom. */
const criticals = new Map<string, number>();
const MOST_CRITICALS = 10_000;

/** The t with P(|T| > t) = `alpha`: df 9 and 0.05 give 2.262. Bisects the distribution function. */
export function tCritical(df: number, alpha: number): number {
  const key = `${df} ${alpha}`;
  const known = criticals.get(key);
  if (known !== undefined) return known;
  if (criticals.size >= MOST_CRITICALS) criticals.clear();
  // P(|T| > t) = I_{df/(df+t^2)}(df/2, 1/2)
  const found = bisect((t) => incompleteBeta(df / (df + t * t), df / 2, 0.5) > alpha, 1e6, 100);
  criticals.set(key, found);
  return found;
}

/**
 * Two-sided t test that the mean of paired differences is zero: p = P(|T| > |t|) with n-1 degrees
 * of freedom (as scipy's `ttest_1samp`). If all differences are equal, t is infinite and p is 0, or
 * p is 1 if they are zero. Throws for fewer than two.
 */
export function tTestPaired(differences: ArrayLike<number>): { t: number; p: number; mean: number } {
  const n = differences.length;
  if (n < 2) {
    throw new Error(`t test: too few differences, got ${n}, expected at least 2. Measure more samples.`);
  }
  if (Array.prototype.every.call(differences, (value) => value === differences[0])) {
    const same = differences[0]!;
    return { t: same === 0 ? 0 : Math.sign(same) * Infinity, p: same === 0 ? 1 : 0, mean: same };
  }
  const m = mean(differences);
  const t = m / standardError(differences);
  const df = n - 1;
  return { t, p: incompleteBeta(df / (df + t * t), df / 2, 0.5), mean: m };
}

/**
 * Which p values are discoveries at false discovery rate `alpha` (Benjamini & Hochberg 1995): those
 * up to the largest that is at most alpha * rank / count.
 */
export function benjaminiHochberg(p: readonly number[], alpha: number): boolean[] {
  const ascending = [...p].sort((a, b) => a - b);
  const last = ascending.findLastIndex((value, i) => value <= (alpha * (i + 1)) / p.length);
  return p.map((value) => last >= 0 && value <= ascending[last]!);
}

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  const tiny = 1e-300;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1), tiny);
  let c = 1;
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d, tiny);
    c = guard(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d, tiny);
    c = guard(1 + odd / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

const guard = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);

/** log Gamma by Stirling's series after shifting the argument above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 10) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * 95 % interval of a share, k of n (Clopper & Pearson 1934): covers at least that often for any
 * true share. `k` may be a sum of fractions, which vary less than binary outcomes. With
 * `comparisons`, the interval holds for that many shares at once (Bonferroni).
 */
export function exactInterval(k: number, n: number, comparisons = 1): Interval {
  const tail = 0.025 / comparisons;
  // P(at least k of n) = I_p(k, n - k + 1) grows with p.
  const low = k <= 0 ? 0 : bisect((p) => incompleteBeta(p, k, n - k + 1) < tail);
  const high = k >= n ? 1 : bisect((p) => 1 - incompleteBeta(p, k + 1, n - k) > tail);
  return [low, high];
}

/** The point in [0, `end`] below which `isBelow` holds. */
function bisect(isBelow: (x: number) => boolean, end = 1, steps = 60): number {
  let [low, high] = [0, end];
  for (let i = 0; i < steps; i++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
