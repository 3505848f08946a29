/** Segments of a picture, by what a map says of them, and removed one after another. */
import { range } from '../../util/range';
import type { PixelMap } from './picture';

export interface Segments {
  /** Number of each pixel's segment, from 0: [H, W]. */
  readonly labels: Int32Array;
  readonly count: number;
}

/** Of each segment: the mean |value| of its pixels; 0 for one without pixels. */
export function segmentMeans(map: PixelMap, { labels, count }: Segments): number[] {
  const [sum, size] = [new Float64Array(count), new Float64Array(count)];
  for (const [i, label] of labels.entries()) {
    sum[label]! += Math.abs(map[i]!);
    size[label]! += 1;
  }
  return Array.from(sum, (value, s) => value / Math.max(1, size[s]!));
}

/** Places of the largest number first; of equal ones the first. */
export const largestFirst = (values: readonly number[]): number[] =>
  range(0, values.length).sort((a, b) => values[b]! - values[a]! || a - b);

/** 1 where the picture is kept, after 0, 1, ..., all of the segments are removed in this order. */
export function removals(order: readonly number[], { labels }: Segments): Uint8Array[] {
  const rank = new Map(order.map((segment, i) => [segment, i]));
  return range(0, order.length + 1).map((gone) =>
    Uint8Array.from(labels, (label) => Number(rank.get(label)! >= gone)),
  );
}
