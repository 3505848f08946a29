/** Size limits of a document's pictures, checked before anything is expanded or drawn. */
import { MOST } from '../util/bounds';
import type { Graph } from './graph';

/** A figure's axis lengths. */
export interface FigureSize {
  readonly name: string;
  readonly axes: readonly number[];
}

const product = (lengths: readonly number[]): number => lengths.reduce((all, one) => all * one, 1);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

export const cellCount = ({ axes }: Pick<FigureSize, 'axes'>): number => product(axes);

/** Throws one sentence starting with `where` if there is too much to draw. */
export function checkFigureSizes(figures: readonly FigureSize[], where: string): void {
  atMost(figures.length, MOST.figures, `${where}: too many figures`);
  for (const { name, axes } of figures)
    atMost(axes.length, MOST.axes, `${where}: figure ${name.slice(0, 60)}: too many axes`);
  // All but the last two axes make small multiples.
  const facets = sum(figures.map(({ axes }) => product(axes.slice(0, -2))));
  atMost(facets, MOST.facets, `${where}: its figures have too many pictures`);
  atMost(sum(figures.map(cellCount)), MOST.cells, `${where}: its figures have too many cells`);
}

/** Checks the number of nodes that shape and positions allow: each has a place in the picture. */
export function checkNodeCount(
  { shape, positions }: Pick<Graph, 'shape' | 'positions'>,
  where: string,
): void {
  // A net's nodes are listed, and bounded there.
  if (!shape) return;
  const { layers, heads, hasMlp } = shape;
  const nodes = (2 + layers * (heads + Number(hasMlp))) * (positions?.length ?? 1);
  atMost(nodes, MOST.shapeNodes, `${where}: its graph has too many nodes`);
}

/** Throws the standard size error. */
export function atMost(got: number, most: number, what: string): void {
  if (got > most) throw new Error(`${what}, got ${counted(got)}, expected at most ${counted(most)}.`);
}

const counted = (n: number): string => (n < 1e15 ? n.toLocaleString('en-US') : n.toExponential(0));
