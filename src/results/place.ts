/** The place of a cell on a figure's axes. */
import type { Figure, FigureAxis } from './document';

interface Entry {
  readonly axis: FigureAxis;
  /** Index and label on that axis. */
  readonly at: number;
  readonly label: string;
}

/** A cell's entry on each axis. */
export function entriesOf(axes: readonly FigureAxis[], cell: number): Entry[] {
  let rest = cell;
  return axes
    .toReversed()
    .map((axis) => {
      const at = rest % axis.labels.length;
      rest = Math.floor(rest / axis.labels.length);
      return { axis, at, label: axis.labels[at]! };
    })
    .toReversed();
}

/** 'layer 2, head 1' */
export const placeText = ({ axes }: Pick<Figure, 'axes'>, cell: number): string =>
  entriesOf(axes, cell)
    .map(({ axis, label }) => `${axis.name} ${label}`)
    .join(', ');
