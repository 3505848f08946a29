/** Means over cases with what varies. */
import type { Figure } from '../../results/study';
import { mean, tInterval } from '../../util/stats';

/** Values, intervals and n of a figure; null cells are left out of a cell's mean. */
export type Averaged = Pick<Figure, 'values' | 'intervals' | 'varies'>;

/** `perCase[i][cell]`. One case: its values, without intervals. */
export function averaged(perCase: readonly (readonly (number | null)[])[], what = 'prompts'): Averaged {
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

/** Mean of `numbers` at these places; null if there is none. */
export function meanAt(numbers: readonly number[], places: readonly number[]): number | null {
  return places.length === 0 ? null : mean(places.map((place) => numbers[place]!));
}
