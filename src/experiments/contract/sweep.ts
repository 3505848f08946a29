/** A family of runs over cells: the cells, in prompt and figure, and each run's edits. */
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { FigureAxis } from '../../results/document';
import { indicesAt } from '../../util/indices';
import { range } from '../../util/range';
import { numbered } from '../common/axes';
import { type Cells, meanAt } from '../common/average';
import { axisLength, type Cell, GRIDS, type GridAxis, type GridName, hasGrid } from '../common/grids';
import { expectThat } from '../common/parse';
import type { PositionRows } from '../common/positions';
import type { StudySpec } from '../common/spec';
import { quoted } from '../../util/parse';
import type { CaseResults } from '../experiment';

/** One axis of a sweep; without labels it runs over the prompt's positions. */
export interface SweptAxis {
  readonly name: string;
  readonly labels?: readonly string[];
}

export type SweptRun = Pick<Run, 'edits' | 'masks' | 'rewrites'> & { readonly base: string };

export interface Sweep {
  /** The figure's name, and prefix of the runs' ids. */
  readonly name: string;
  readonly axes: readonly SweptAxis[];
  /** null: no run for this cell. `draw` counts draws that are separate runs. */
  run(cell: readonly number[], draw: number): SweptRun | null;
  /** Most cells of T positions that have a run; default all. */
  most?(T: number): number;
  /** The cell's metric as computed from the case's other runs; then `run` gives none. */
  value?(cell: readonly number[], runs: CaseResults['runs']): number;
  /** Default: name, cell index, and the draw if draws are separate runs. */
  id?(cell: readonly number[], place: number, draw: number | null): string;
  /** Group of results that arrive together; default: the name. */
  readonly unit?: string;
}

export const unitOf = ({ name, unit = name }: Sweep): string => unit;

export function idOf(sweep: Sweep, cell: readonly number[], place: number, draw: number | null): string {
  const own = sweep.id?.(cell, place, draw);
  return own ?? `${sweep.name}.${place}${draw === null ? '' : `.${draw}`}`;
}

/** Length of each axis in a prompt of T positions. */
const shapeOf = (axes: readonly SweptAxis[], T: number): number[] =>
  axes.map(({ labels }) => labels?.length ?? T);

export const cellCount = ({ axes }: Sweep, T: number): number =>
  shapeOf(axes, T).reduce((product, n) => product * n, 1);

/** All cells of a prompt of T positions, row-major. */
export function cellsOf({ axes }: Sweep, T: number): readonly (readonly number[])[] {
  let cells: number[][] = [[]];
  for (const n of shapeOf(axes, T)) cells = cells.flatMap((cell) => range(0, n).map((i) => [...cell, i]));
  return cells;
}

/** One of them. */
export const cellAt = ({ axes }: Sweep, T: number, place: number): readonly number[] =>
  indicesAt(shapeOf(axes, T), place);

/** The cells' axes in a picture. */
export function figureAxes(axes: readonly SweptAxis[], rows: PositionRows): FigureAxis[] {
  return axes.map(({ name, labels }) => {
    if (labels) return { name, labels: [...labels] };
    return { ...rows.axis, name: name === 'position' ? rows.axis.name : name };
  });
}

/** Row-major numbers of a prompt's cells over `positions`, the rows: means within a row. */
export function gathered(
  axes: readonly SweptAxis[],
  values: Cells,
  T: number,
  positions: readonly (readonly number[])[],
): (number | null)[] {
  const shape = shapeOf(axes, T);
  let cells: (readonly number[])[] = [[0]];
  for (const [a, n] of shape.entries()) {
    const stride = shape.slice(a + 1).reduce((product, length) => product * length, 1);
    const steps = axes[a]!.labels ? range(0, n).map((i) => [i]) : positions;
    cells = cells.flatMap((places) =>
      steps.map((group) => places.flatMap((place) => group.map((step) => place + step * stride))),
    );
  }
  return cells.map((places) =>
    places.length === 1 ? values[places[0]!]! : meanAt(values as number[], places),
  );
}

const isPlace = (axis: GridAxis) => axis === 'position' || axis === 'destination' || axis === 'source';

/** The cells of a grid; `run` edits one cell. */
export function gridSweep(
  model: ModelSpec,
  name: GridName,
  run: (cell: Cell, draw: number) => SweptRun,
): Sweep {
  const { axes } = GRIDS[name];
  return {
    name,
    axes: axes.map((axis) =>
      isPlace(axis) ? { name: axis } : numbered(axis, axisLength(model, name, axis)),
    ),
    run: (cell, draw) => run(Object.fromEntries(axes.map((axis, a) => [axis, cell[a]])), draw),
  };
}

/** Checks grids: each once, known to the model, query-by-key for one case. Throws one sentence. */
export function checkGrids(
  where: string,
  grids: readonly GridName[],
  { cases }: StudySpec,
  model: ModelSpec | undefined,
): void {
  expectThat(new Set(grids).size === grids.length, where, grids.join(), 'each grid once');
  for (const name of grids) {
    expectThat(!model || hasGrid(model, name), where, quoted(name), 'a site that this model has');
    const isSquare = GRIDS[name].axes.some((axis) => axis === 'source');
    expectThat(!isSquare || cases.length === 1, where, `${quoted(name)} of several cases`, 'one case for it');
  }
}
