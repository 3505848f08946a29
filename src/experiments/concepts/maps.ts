/** Maps over a picture as a figure: small multiples with one scale. */
import type { Figure } from '../../results/document';
import type { Size } from '../../util/bilinear';
import { range } from '../../util/range';

/** Most rows and columns of a map in a document. */
const MOST_EDGE = 64;

export interface MapsShown {
  readonly name: string;
  readonly title: string;
  /** What the multiples are, and their names. */
  readonly axis: string;
  readonly labels: readonly string[];
  readonly unit: string;
  /** Each [rows, columns]. */
  readonly maps: readonly ArrayLike<number>[];
  readonly size: Size;
  readonly caption: string;
  /** Index of the picture. */
  readonly over: number;
  readonly scale?: Figure['scale'];
}

export function mapFigure(shown: MapsShown): Figure {
  const { name, title, axis, labels, unit, maps, size, caption, over, scale = 'positive' } = shown;
  const factor = Math.ceil(Math.max(size[0], size[1]) / MOST_EDGE);
  const [rows, columns] = size.map((edge) => Math.ceil(edge / factor)) as [number, number];
  const reduced = factor === 1 ? '' : ` Each cell is the mean of ${factor} x ${factor} places.`;
  return {
    name,
    title,
    axes: [
      { name: axis, labels: [...labels] },
      { name: 'row', labels: range(0, rows).map(String) },
      { name: 'column', labels: range(0, columns).map(String) },
    ],
    unit,
    values: maps.flatMap((map) => [...blockMeans(map, size, factor)]),
    ...{ drawn: 'map', over },
    scale,
    caption: `${caption}${reduced}`,
  };
}

/** [rows, columns] -> means of blocks of `factor` x `factor`; smaller ones at the lower and right edge. */
function blockMeans(map: ArrayLike<number>, [rows, columns]: Size, factor: number): Float64Array {
  if (factor === 1) return Float64Array.from(map);
  const across = Math.ceil(columns / factor);
  const sums = new Float64Array(Math.ceil(rows / factor) * across);
  const counts = new Float64Array(sums.length);
  for (let p = 0; p < map.length; p++) {
    const cell = Math.floor(Math.floor(p / columns) / factor) * across + Math.floor((p % columns) / factor);
    sums[cell]! += map[p]!;
    counts[cell]!++;
  }
  return sums.map((sum, cell) => sum / counts[cell]!);
}
