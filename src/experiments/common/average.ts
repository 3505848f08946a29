/** Means over cases with what varies. */
import type { Figure } from '../../results/study';
import { mean, tInterval } from '../../util/stats';

/** Values, intervals and n of a figure; null cells are left out of a cell's mean. */
export type Averaged = Pick<Figure, 'values' | 'intervals' | 'varies'>;

/** One number per cell. */
export type Cells = readonly (number | null)[];

/** `perCase[i][cell]`. One case: its values, without intervals. */
export function averaged(perCase: readonly Cells[], what = 'prompts'): Averaged {
  const [first] = perCase;
  if (!first) return { values: [] };
  if (perCase.length === 1) return { values: [...first] };
  const columns = first.map((_, cell) => perCase.flatMap((numbers) => numbers[cell] ?? []));
  return {
    values: columns.map((column) => (column.length === 0 ? null : mean(column))),
    intervals: columns.map((column) => (column.length < 2 ? null : tInterval(column))),
    varies: { what, n: perCase.length },
  };
}

/** What an interval is over: several prompts, each the mean of its draws, or the draws of the only one. */
export interface Samples {
  readonly rows: readonly Cells[];
  readonly what: string;
}

/** `perCase[i][draw][cell]`; `draws` says what a draw is. */
export function samplesOf(perCase: readonly (readonly Cells[])[], draws: string): Samples {
  const [only, another] = perCase;
  if (only && !another) return { rows: only, what: draws };
  return { rows: perCase.map((rows) => averaged(rows).values), what: 'prompts' };
}

/** Mean of `numbers` at these places; null if there is none. */
export function meanAt(numbers: readonly number[], places: readonly number[]): number | null {
  return places.length === 0 ? null : mean(places.map((place) => numbers[place]!));
}
