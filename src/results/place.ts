/** The place of a cell on a figure's axes. */
import { indicesAt } from '../util/indices';
import type { Figure, FigureAxis } from './document';

interface Entry {
  readonly axis: FigureAxis;
  /** Index and label on that axis. */
  readonly at: number;
  readonly label: string;
}

/** A cell's entry on each axis. */
export function entriesOf(axes: readonly FigureAxis[], cell: number): Entry[] {
  const indices = indicesAt(
    axes.map(({ labels }) => labels.length),
    cell,
  );
  return axes.map((axis, a) => ({ axis, at: indices[a]!, label: axis.labels[indices[a]!]! }));
}

/** 'layer 2, head 1' */
export const placeText = ({ axes }: Pick<Figure, 'axes'>, cell: number): string =>
  entriesOf(axes, cell)
    .map(({ axis, label }) => `${axis.name} ${label}`)
    .join(', ');
