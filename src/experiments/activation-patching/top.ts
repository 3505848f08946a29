/** Measures only the states of each grid whose estimates are largest. */
import type { ModelSpec } from '../../model/spec';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import type { Run } from '../../forward/request/types';
import { CORRUPTED } from '../common/corruption';
import type { GridName } from '../common/grids';
import { metricRow } from '../common/metric';
import type { StudyCase } from '../common/spec';
import { cellAt, cellCount, cellsOf, type Sweep } from '../contract/sweep';
import type { CaseResults } from '../experiment';
import { cellOf, estimatedChange, type Estimating, shownForEstimates } from './estimate';

/** States that are measured, per grid. */
const TOP = 20;

/** The cells that are measured, by grid. */
export type Chosen = Readonly<Record<string, readonly (readonly number[])[]>>;

/** The two runs that estimates read. */
export function estimatingRuns(asked: Estimating, one: StudyCase, model: ModelSpec): Run[] {
  const metric = metricRow(one);
  const shown = shownForEstimates(asked, one, model);
  return [
    { id: 'clean', tokens: one.tokens, metric, ...shown.clean },
    { id: CORRUPTED, tokens: one.corrupted!.tokens, metric, ...shown.corrupted },
  ];
}

/** The cells of each sweep, a grid's, whose estimated changes are largest. */
export function largestCells(
  model: ModelSpec,
  asked: Estimating,
  sweeps: readonly Sweep[],
  T: number,
  runs: CaseResults['runs'],
): Chosen {
  const about = { ...asked, runs, slopes: asked.base };
  return Object.fromEntries(
    sweeps.map((sweep) => {
      const name = sweep.name as GridName;
      const sizeOf = (cell: readonly number[]) =>
        Math.abs(estimatedChange(model, name, cellOf(name, cell), about));
      const cells = cellsOf(sweep, T);
      return [name, largestIds(cells.map(sizeOf), TOP).map((i) => cells[i]!)];
    }),
  );
}

/** How many of a sweep's cells are measured. */
export const topCount = (sweep: Sweep, T: number): number => Math.min(TOP, cellCount(sweep, T));

/** As many cells as are measured, to plan with. */
export const anyCells = (sweeps: readonly Sweep[], T: number): Chosen =>
  Object.fromEntries(
    sweeps.map((sweep) => [sweep.name, range(0, topCount(sweep, T)).map((place) => cellAt(sweep, T, place))]),
  );

export const isChosen = (chosen: Chosen, { name }: Sweep, cell: readonly number[]): boolean =>
  chosen[name]!.some((one) => one.every((index, a) => index === cell[a]));
