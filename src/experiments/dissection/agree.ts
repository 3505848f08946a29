/**
 * How well units' maps agree with concepts' masks. A map is enlarged to the picture and cut at a
 * threshold. The threshold is chosen on the first half of the pictures; the IoU is that of the second.
 * Or the threshold is a quantile of all of the unit's values, and the IoU that of all pictures.
 */
import { resizeBilinear, type Size } from '../../util/bilinear';
import { range } from '../../util/range';
import { quantile } from '../../statistics/stats';
import { bestCut, candidates, type Hits, iouOf } from './thresholds';

/** Maps of a site's units on pictures. */
export interface Maps {
  /** [pictures, units, rows, columns] */
  readonly data: Float32Array;
  readonly pictures: number;
  readonly units: number;
  readonly size: Size;
}

/** A concept's pixels on each picture, [H, W] of zeros and ones, row by row. */
export type Masks = readonly Uint8Array[];

export interface Agreement {
  /** Null: no threshold qualifies. */
  readonly threshold: number | null;
  /** Information quality ratio of the chosen threshold; null at a quantile. */
  readonly quality: number | null;
  readonly iou: number;
  /** On the pictures that chose the threshold; null at a quantile. */
  readonly chosenOn: number | null;
}

/** The threshold that says most about the concept, or the quantile `share` of the unit's own values. */
export type CutRule = { readonly by: 'quality' } | { readonly by: 'quantile'; readonly share: number };

/** `concepts`: masks of size `whole`. Returns an entry per concept for one unit. */
export function agreementsOf(
  maps: Maps,
  unit: number,
  concepts: readonly Masks[],
  whole: Size,
  rule: CutRule,
): Agreement[] {
  const { pictures } = maps;
  const half = Math.floor(pictures / 2);
  const enlarged = range(0, pictures).map((i) => resizeBilinear(mapOf(maps, i, unit), maps.size, whole));
  const count = (thresholds: readonly number[], masks: Masks, begin: number, end: number) =>
    hitsOf(enlarged.slice(begin, end), masks.slice(begin, end), thresholds);
  const iouAt = (threshold: number, masks: Masks, begin: number, end: number) =>
    iouOf(count([threshold], masks, begin, end)[0]!, pixelsUnder(masks.slice(begin, end)));

  if (rule.by === 'quantile') {
    const threshold = quantile(valuesOf(maps, unit, pictures).sort(), rule.share);
    return concepts.map((masks) => ({
      threshold,
      quality: null,
      chosenOn: null,
      iou: iouAt(threshold, masks, 0, pictures),
    }));
  }
  const thresholds = candidates(valuesOf(maps, unit, half));
  return concepts.map((masks) => {
    const under = pixelsUnder(masks.slice(0, half));
    const cut = bestCut(thresholds, count(thresholds, masks, 0, half), under, half * whole[0] * whole[1]);
    if (!cut) return { threshold: null, quality: 0, iou: 0, chosenOn: 0 };
    const { threshold, quality } = cut;
    const iou = iouAt(threshold, masks, half, pictures);
    return { threshold, quality, iou, chosenOn: iouAt(threshold, masks, 0, half) };
  });
}

/** A unit's map on one picture, without a copy. */
export function mapOf({ data, units, size }: Maps, picture: number, unit: number): Float32Array {
  const cells = size[0] * size[1];
  const at = (picture * units + unit) * cells;
  return data.subarray(at, at + cells);
}

/** A unit's values on the first `count` pictures. */
function valuesOf(maps: Maps, unit: number, count: number): Float32Array {
  const cells = maps.size[0] * maps.size[1];
  const values = new Float32Array(count * cells);
  for (let i = 0; i < count; i++) values.set(mapOf(maps, i, unit), i * cells);
  return values;
}

/** Pixels above each threshold. `thresholds` descend, as those of rising shares do. */
function hitsOf(maps: readonly Float64Array[], masks: Masks, thresholds: readonly number[]): Hits[] {
  const n = thresholds.length;
  const [above, both] = [new Float64Array(n), new Float64Array(n)];
  for (const [i, map] of maps.entries()) {
    const mask = masks[i]!;
    for (let p = 0; p < map.length; p++) {
      const first = firstBelow(thresholds, map[p]!);
      if (first === n) continue;
      above[first]!++;
      both[first]! += mask[p]!;
    }
  }
  for (let t = 1; t < n; t++) {
    above[t]! += above[t - 1]!;
    both[t]! += both[t - 1]!;
  }
  return thresholds.map((_, t) => ({ above: above[t]!, both: both[t]! }));
}

/** Index of the first of the descending thresholds that lies below the value. */
function firstBelow(thresholds: readonly number[], value: number): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! < value) high = middle;
    else low = middle + 1;
  }
  return low;
}

const pixelsUnder = (masks: Masks): number =>
  masks.reduce((sum, mask) => sum + mask.reduce((own, pixel) => own + pixel, 0), 0);
