/** Deletion curves: a class's probability while segments are removed. */
import { range } from '../../util/range';

/**
 * IROF (Rieger & Hansen 2020): area under p / p0 over the share of segments removed, by trapezoids.
 * `p`: after 0, 1, ..., all segments.
 */
export function areaUnder(p: readonly number[]): number {
  const sum = range(1, p.length).reduce((total, i) => total + p[i]! + p[i - 1]!, 0);
  return sum / p[0]! / (2 * (p.length - 1));
}

/** The curve at `count` shares from 0 to 1, straight between its points. */
export function atShares(p: readonly number[], count: number): number[] {
  return range(0, count).map((i) => {
    const at = (i * (p.length - 1)) / (count - 1);
    const low = Math.min(Math.floor(at), p.length - 2);
    return p[low]! + (at - low) * (p[low + 1]! - p[low]!);
  });
}
