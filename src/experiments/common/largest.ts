/** The cell that a finding names: the largest of several maps, so its interval is simultaneous. */
import type { Figure } from '../../results/document';
import { countText, plain } from '../../results/format';
import type { Interval } from '../../statistics/stats';
import type { Towards } from '../../statistics/namedPeak';
import { type PeakCell, peakOf, type Samples } from './average';

/** A figure and the samples behind its means. */
export interface Sampled {
  readonly figure: Figure;
  readonly samples: Samples;
}

export interface Largest extends PeakCell {
  /** Index of the cell in `figure`. */
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

/** '0.43 [−0.31, 0.55] nats'; a probability has no unit; with a range only: '0.43 nats (from 0.02 to 0.9)'. */
export function amountText(
  value: number,
  interval: Interval | null | undefined,
  unit: string,
  range?: Interval | null,
): string {
  const within = interval ? ` [${plain(interval[0])}, ${plain(interval[1])}]` : '';
  const span = !interval && range ? ` (from ${plain(range[0])} to ${plain(range[1])})` : '';
  return `${plain(value)}${within}${unitText(unit)}${span}`;
}

/** ' nats', after an amount; nothing for a probability, whose name the sentence has said. */
export const unitText = (unit: string): string => (unit === 'probability' || unit === '' ? '' : ` ${unit}`);

/** ', 12 prompts': what a figure's means are over, appended to a sentence. */
export function overText({ varies }: Pick<Figure, 'varies'>, alone = ''): string {
  return varies ? `, ${countText(varies.n, varies.what)}` : alone;
}

/** Maps of parts, without the residual stream: it carries everything and would always win. */
export function partsOf(maps: readonly Sampled[]): readonly Sampled[] {
  return maps.filter(({ figure }) => !figure.name.startsWith('resid'));
}

/** The slice of a map at one index of its first axis. */
export function onlyOf({ figure, samples }: Sampled, place: number): Sampled {
  const axes = figure.axes.slice(1);
  const size = axes.reduce((product, { labels }) => product * labels.length, 1);
  const part = <T>(values: readonly T[]): T[] => values.slice(place * size, (place + 1) * size);
  return {
    figure: { ...figure, axes, values: part(figure.values) },
    samples: { ...samples, rows: samples.rows.map(part) },
  };
}
