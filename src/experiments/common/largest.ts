/** The cell that a finding speaks of: the largest of many, so its interval must hold for all that it was chosen from. */
import type { Figure } from '../../results/study';
import { bonferroniCritical, type Interval, maxTCritical, mean, standardError } from '../../util/stats';
import type { Samples } from './average';

/** A figure and the samples that its values are the means of. */
export interface Sampled {
  readonly figure: Figure;
  readonly samples: Samples;
}

export interface Largest {
  readonly figure: Figure;
  readonly cell: number;
  readonly value: number;
  /** 95 %, simultaneous over all cells; null for one sample. */
  readonly interval: Interval | null;
}

/** Samples in all cells together up to which sign flips are tried; beyond, Bonferroni's bound is nearly as good. */
const MOST_FLIPPED = 20_000;

/** The cell with the largest value (largest absolute value if `either`); null if there is none. */
export function largestCell(maps: readonly Sampled[], seed: number, either = false): Largest | null {
  let best: Omit<Largest, 'interval'> | null = null;
  const size = (value: number) => (either ? Math.abs(value) : value);
  for (const { figure } of maps) {
    for (const [cell, value] of figure.values.entries()) {
      if (value !== null && (!best || size(value) > size(best.value))) best = { figure, cell, value };
    }
  }
  if (!best) return null;
  const columns = maps.flatMap(({ figure, samples }) =>
    figure.values.map((_, cell) => column(samples, cell)),
  );
  const { figure, cell, value } = best;
  const own = column(maps.find((map) => map.figure === figure)!.samples, cell);
  return { figure, cell, value, interval: simultaneous(own, columns, seed) };
}

const column = ({ rows }: Samples, cell: number): number[] => rows.flatMap((numbers) => numbers[cell] ?? []);

/** The interval of one cell's mean that holds for all cells at once: max-t, or Bonferroni's where that would take long. */
function simultaneous(
  own: readonly number[],
  columns: readonly (readonly number[])[],
  seed: number,
): Interval | null {
  if (own.length < 2) return null;
  const isPaired = columns.every(({ length }) => length === own.length);
  const critical =
    isPaired && columns.length * own.length <= MOST_FLIPPED
      ? maxTCritical(columns, seed)!
      : bonferroniCritical(own.length - 1, columns.length);
  const half = critical * standardError(own);
  return [mean(own) - half, mean(own) + half];
}

/** '0.43 [0.31, 0.55] probability' */
export function amountText(value: number, interval: Interval | null | undefined, unit: string): string {
  const round = (number: number) => `${Number(number.toPrecision(3))}`;
  const range = interval ? ` [${round(interval[0])}, ${round(interval[1])}]` : '';
  return `${round(value)}${range} ${unit}`;
}
