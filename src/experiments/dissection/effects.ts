/**
 * What units cause: a concept's share of the picture when units are switched off (ablated), or set to
 * the value that they have where the concept is (inserted). Bau et al. 2019.
 */
import type { NetEdit } from '../../model/netRun';
import { resizeBilinear } from '../../util/bilinear';
import { range } from '../../util/range';
import { mapOf, type Maps, type Masks } from './agree';

/** Edges of a part of the picture, as shares of its height and width. */
export type Part = readonly [top: number, left: number, bottom: number, right: number];

type Box = NonNullable<NetEdit['box']>;

/** The cells of a map that a part of the picture covers, at least one. */
export function boxOf([top, left, bottom, right]: Part, [rows, columns]: Maps['size']): Box {
  const from = (share: number, count: number) => Math.min(count - 1, Math.floor(share * count));
  const to = (share: number, count: number, begin: number) => Math.max(begin + 1, Math.ceil(share * count));
  const [above, before] = [from(top, rows), from(left, columns)];
  return { top: above, left: before, bottom: to(bottom, rows, above), right: to(right, columns, before) };
}

/** Sets units to 0, everywhere or in a box. */
export const ablated = (site: string, units: readonly number[], box?: Box): NetEdit => ({
  site,
  channels: units,
  ...(box && { box }),
  op: 'set',
  source: { kind: 'constant', value: 0 },
});

/** Sets units to their own values in a box. */
export const inserted = (
  site: string,
  units: readonly number[],
  values: readonly number[],
  box: Box,
): NetEdit => ({ site, channels: units, box, op: 'set', source: { kind: 'vector', values } });

/**
 * A unit's mean over the places of its map, each weighed by the share of the concept's pixels there.
 * 0 if no picture shows the concept.
 */
export function presentValue(maps: Maps, unit: number, present: readonly Float64Array[]): number {
  let [sum, weight] = [0, 0];
  for (const i of range(0, maps.pictures)) {
    const map = mapOf(maps, i, unit);
    for (let p = 0; p < map.length; p++) {
      sum += map[p]! * present[i]![p]!;
      weight += present[i]![p]!;
    }
  }
  return weight === 0 ? 0 : sum / weight;
}

/** The share of a concept's pixels in each cell of a unit's map. */
export const presenceOf = (masks: Masks, whole: Maps['size'], size: Maps['size']): Float64Array[] =>
  masks.map((mask) => averaged(mask, whole, size));

/** Means of the pixels whose centre lies in a cell; of the nearest ones if the map is finer. */
function averaged(
  mask: Uint8Array,
  [height, width]: Maps['size'],
  [rows, columns]: Maps['size'],
): Float64Array {
  if (rows > height || columns > width) return resizeBilinear(mask, [height, width], [rows, columns]);
  const [sums, counts] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
  for (const [p, pixel] of mask.entries()) {
    const row = Math.floor(((Math.floor(p / width) + 0.5) * rows) / height);
    const cell = row * columns + Math.floor((((p % width) + 0.5) * columns) / width);
    sums[cell]! += pixel;
    counts[cell]!++;
  }
  return sums.map((sum, cell) => sum / counts[cell]!);
}
