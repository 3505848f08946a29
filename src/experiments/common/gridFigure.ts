/** A grid's numbers as a picture: its axes, and the positions gathered into the picture's rows. */
import type { ModelSpec } from '../../model/spec';
import type { Figure, FigureAxis } from '../../results/document';
import { meanAt } from './average';
import { axisLength, GRIDS, type GridAxis, type GridName } from './grids';
import { expectThat } from './parse';
import type { PositionRows } from './positions';
import type { StudySpec } from './spec';
import { quoted } from '../../util/parse';

const isPlace = (axis: GridAxis) => axis === 'position' || axis === 'destination' || axis === 'source';

/** Each grid once, each one that the model has; query-by-key grids for one case only. Throws one sentence. */
export function checkGrids(
  where: string,
  grids: readonly GridName[],
  { cases }: StudySpec,
  hasGrid: (name: GridName) => boolean,
): void {
  expectThat(new Set(grids).size === grids.length, where, grids.join(), 'each grid once');
  for (const name of grids) {
    expectThat(hasGrid(name), where, quoted(name), 'a site that this model has');
    const isSquare = GRIDS[name].axes.some((axis) => axis === 'source');
    expectThat(!isSquare || cases.length === 1, where, `${quoted(name)} of several cases`, 'one case for it');
  }
}

export function gridAxes(model: ModelSpec, name: GridName, rows: PositionRows): FigureAxis[] {
  return GRIDS[name].axes.map((axis) => {
    if (isPlace(axis)) return { ...rows.axis, name: axis === 'position' ? rows.axis.name : axis };
    const n = axisLength(model, name, axis, 0);
    return { name: axis, labels: Array.from({ length: n }, (_, i) => `${i}`) };
  });
}

/** Row-major numbers of one case over `positions`, the picture's rows: means over the positions of a row. */
export function gridValues(
  model: ModelSpec,
  name: GridName,
  values: readonly number[],
  T: number,
  positions: readonly (readonly number[])[],
): (number | null)[] {
  const { axes } = GRIDS[name];
  const shape = axes.map((axis) => (isPlace(axis) ? T : axisLength(model, name, axis, T)));
  const strides = shape.map((_, a) => shape.slice(a + 1).reduce((product, n) => product * n, 1));
  let cells: (readonly number[])[] = [[0]];
  for (const [a, n] of shape.entries()) {
    const steps = isPlace(axes[a]!) ? positions : Array.from({ length: n }, (_, i) => [i]);
    cells = cells.flatMap((places) =>
      steps.map((group) => places.flatMap((place) => group.map((step) => place + step * strides[a]!))),
    );
  }
  return cells.map((places) => meanAt(values, places));
}

/** 'layer 2, head 1' */
export function placeText({ axes }: Pick<Figure, 'axes'>, cell: number): string {
  let rest = cell;
  const parts: string[] = [];
  for (const axis of [...axes].reverse()) {
    const n = axis.labels.length;
    parts.unshift(`${axis.name} ${axis.labels[rest % n]}`);
    rest = Math.floor(rest / n);
  }
  return parts.join(', ');
}
