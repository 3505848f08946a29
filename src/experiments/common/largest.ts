/** The cell that a finding speaks of: the largest of several maps, so its interval must hold for all that it was chosen from. */
import type { Figure } from '../../results/document';
import type { Interval } from '../../statistics/stats';
import type { Towards } from '../../statistics/namedPeak';
import { type PeakCell, peakOf, type Samples } from './average';

/** A figure and the samples that its values are the means of. */
export interface Sampled {
  readonly figure: Figure;
  readonly samples: Samples;
}

export interface Largest extends PeakCell {
  /** `cell` is one of its cells. */
  readonly figure: Figure;
}

/** The cell with the largest value; null if there is none. */
export function largestCell(maps: readonly Sampled[], towards: Towards = 1): Largest | null {
  const [first] = maps;
  if (!first) return null;
  const { rows, over } = first.samples;
  const together = rows.map((_, i) => maps.flatMap(({ samples }) => samples.rows[i]!));
  const peak = peakOf(together, over, undefined, towards);
  if (!peak) return null;
  let { cell } = peak;
  for (const { figure } of maps) {
    if (cell < figure.values.length) return { ...peak, figure, cell };
    cell -= figure.values.length;
  }
  return null;
}

/** '0.43 [0.31, 0.55] probability'; where only the range of what varies is known: '0.43 probability (from 0.02 to 0.9)'. */
export function amountText(
  value: number,
  interval: Interval | null | undefined,
  unit: string,
  range?: Interval | null,
): string {
  const round = (number: number) => `${Number(number.toPrecision(3))}`;
  const within = interval ? ` [${round(interval[0])}, ${round(interval[1])}]` : '';
  const span = !interval && range ? ` (from ${round(range[0])} to ${round(range[1])})` : '';
  return `${round(value)}${within} ${unit}${span}`;
}

/** ', 12 prompts': what a figure's means are over, after a sentence. */
export function overText({ varies }: Pick<Figure, 'varies'>, alone = ''): string {
  return varies ? `, ${varies.n} ${varies.what}` : alone;
}

/** Maps of parts: the residual stream, which carries everything, does not compete with them. */
export function partsOf(maps: readonly Sampled[]): readonly Sampled[] {
  return maps.filter(({ figure }) => !figure.name.startsWith('resid'));
}

/** The part of a map that shows one place of its first axis. */
export function onlyOf({ figure, samples }: Sampled, place: number): Sampled {
  const axes = figure.axes.slice(1);
  const size = axes.reduce((product, { labels }) => product * labels.length, 1);
  const part = <T>(values: readonly T[]): T[] => values.slice(place * size, (place + 1) * size);
  return {
    figure: { ...figure, axes, values: part(figure.values) },
    samples: { ...samples, rows: samples.rows.map(part) },
  };
}
