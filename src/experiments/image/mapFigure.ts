/** A map over a picture as a figure, in at most 64 x 64 cells. */
import type { Figure } from '../../results/document';
import { mean, tInterval } from '../../statistics/stats';
import { range } from '../../util/range';
import type { PixelMap, Size } from './picture';

const MOST_CELLS = 64;

type Said = Pick<Figure, 'name' | 'title' | 'measures' | 'unit' | 'scale' | 'caption'>;

/** `maps`: of one picture, by several seeds or once; the figure is their mean. */
export function mapFigure(size: Size, maps: readonly PixelMap[], said: Said): Figure {
  const block = Math.ceil(Math.max(size.height, size.width) / MOST_CELLS);
  const small = maps.map((map) => blockMeans(map, size, block));
  const cells = range(0, small[0]!.length).map((i) => small.map((map) => map[i]!));
  const axis = (name: string, side: number) => ({
    name,
    labels: range(0, Math.ceil(side / block)).map((i) => `${i * block}`),
  });
  return {
    ...said,
    axes: [axis('row', size.height), axis('column', size.width)],
    values: cells.map((own) => mean(own)),
    ...(maps.length > 1 && {
      intervals: cells.map((own) => tInterval(own)),
      rule: `Student t, ${maps.length - 1} degrees of freedom`,
      varies: { what: 'seeds', n: maps.length },
    }),
    drawn: 'map',
    over: 0,
    caption: `${said.caption}${block > 1 ? ` A cell is the mean of ${block} x ${block} pixels.` : ''}`,
  };
}

/** Means of squares of `block` pixels; those at the border may be smaller. */
export function blockMeans(map: ArrayLike<number>, { height, width }: Size, block: number): Float64Array {
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  const [sum, count] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
  for (let i = 0; i < map.length; i++) {
    const cell = Math.floor(Math.floor(i / width) / block) * columns + Math.floor((i % width) / block);
    sum[cell]! += map[i]!;
    count[cell]! += 1;
  }
  return sum.map((value, i) => value / count[i]!);
}
