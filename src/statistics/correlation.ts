/** Correlation of two lists of numbers, paired by index. */
import { mean } from './stats';

/** Spearman's rank correlation; null if either list is constant. */
export const spearman = (x: readonly number[], y: readonly number[]): number | null =>
  correlation(ranks(x), ranks(y));

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
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [dx, dy] = [value - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? null : Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}
