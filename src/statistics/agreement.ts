/** How well estimates agree with measurements of the same things. All functions are symmetric lists. */

/** Pairs are by index; both lists have the same length. */
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
  const [a, b] = [largest(estimated, k), largest(measured, k)];
  const known = new Set(a);
  return {
    spearman: correlation(ranks(estimated), ranks(measured)),
    rSquared: rSquared(estimated, measured),
    top: b.filter((i) => known.has(i)).length / Math.max(1, b.length),
    signErrors: b.filter((i) => Math.sign(estimated[i]!) !== Math.sign(measured[i]!)).length,
  };
}

/** Indices of the k largest magnitudes; ties go to the lower index. */
function largest(values: readonly number[], k: number): number[] {
  const order = [...values.keys()].sort((i, j) => Math.abs(values[j]!) - Math.abs(values[i]!) || i - j);
  return order.slice(0, k);
}

/** Ranks from 0; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const out = new Array<number>(values.length);
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    while (end < order.length && values[order[end]!] === values[order[begin]!]) end++;
    for (let i = begin; i < end; i++) out[order[i]!] = (begin + end - 1) / 2;
    begin = end;
  }
  return out;
}

/** Pearson's correlation; null if either list is constant. */
function correlation(x: readonly number[], y: readonly number[]): number | null {
  const [mx, my] = [meanOf(x), meanOf(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [dx, dy] = [value - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? null : Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

function rSquared(estimated: readonly number[], measured: readonly number[]): number | null {
  const middle = meanOf(measured);
  let [errors, spread] = [0, 0];
  for (const [i, value] of measured.entries()) {
    errors += (value - estimated[i]!) ** 2;
    spread += (value - middle) ** 2;
  }
  return spread === 0 ? null : 1 - errors / spread;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
