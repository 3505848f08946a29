/** Maps over a picture as a figure: small multiples with one scale. */
import type { Figure } from '../../results/document';
import type { Size } from '../../util/bilinear';
import { range } from '../../util/range';
import { blockMeans } from '../image/mapFigure';

/** Most rows and columns: a link holds several maps of several pictures. */
const MOST_CELLS = 24;

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

export function mapsFigure(shown: MapsShown): Figure {
  const { name, title, axis, labels, unit, maps, size, caption, over, scale = 'positive' } = shown;
  const factor = Math.ceil(Math.max(size[0], size[1]) / MOST_CELLS);
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
    values: maps.flatMap((map) => [...blockMeans(map, { height: size[0], width: size[1] }, factor)]),
    drawn: 'map',
    over,
    scale,
    caption: `${caption}${reduced}`,
  };
}
