/** Number formatting, the same everywhere: '14.2 %', '+1.29', '3.1e-6'. */
import type { Metric } from './parts';
import type { Figure } from './document';

/** Between a number and its unit; `plainText` turns it into a space. */
const NARROW_SPACE = '\u202f';
const MINUS = '−';

/** A share of one: 0.1423 -> '14.2 %', 0.96 -> '96 %', 0.0002 -> '0.02 %'. */
export function percent(share: number): string {
  return `${points(share)}${NARROW_SPACE}%`;
}

/** Percentage points: 0.1423 -> '14.2'. One decimal; one digit below 1, '3.1e-6' below 0.001. */
export function points(share: number): string {
  const value = share * 100;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return scientific(value);
  return minus(String(Number(size < 1 ? value.toPrecision(1) : value.toFixed(1))));
}

/** Three significant digits: 1.2934 -> '1.29', 12345 -> '12,345', 0.00031 -> '3.1e-4'. */
export function plain(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return scientific(value);
  if (size >= 999.5) return minus(value.toLocaleString('en-US', { maximumFractionDigits: 0 }));
  return minus(String(Number(value.toPrecision(3))));
}

/** Two significant digits and a power of ten: '3.1e-6'. */
export function scientific(value: number): string {
  return minus(value.toExponential(1).replace('e+', 'e'));
}

/** With a sign: '+14.2', '−0.3', '0'. */
export function signed(value: number, show: (value: number) => string): string {
  return value > 0 ? `+${show(value)}` : show(value);
}

export const METRIC_NAMES: Record<Metric, string> = {
  p: 'probability',
  logprob: 'log-probability',
  'logit-diff': 'logit difference',
  rank: 'rank',
};

/** Unit of a metric. */
export const UNITS: Record<Metric, string> = {
  p: 'probability',
  logprob: 'nats',
  'logit-diff': 'logits',
  rank: 'places',
};

/** How a figure's numbers are formatted. */
export type Shown = Pick<Figure, 'unit' | 'percent'>;

/** A metric's format: that of its figures. */
export const shownAs = (metric: Metric): Shown => ({
  unit: UNITS[metric],
  ...(metric === 'p' && { percent: true as const }),
});

export function valueText({ percent: isShare }: Pick<Shown, 'percent'>, value: number): string {
  return isShare ? percent(value) : plain(value);
}

/** A value without unit, as in a heatmap's cell; shares in percentage points. */
export function numberText({ percent: isShare }: Pick<Shown, 'percent'>, value: number): string {
  return isShare ? points(value) : plain(value);
}

/** '+14 points', '−0.31 nats'. */
export function differenceText(shown: Shown, difference: number): string {
  const unit = shown.percent ? 'points' : shown.unit;
  return `${signed(difference, (value) => numberText(shown, value))} ${unit}`;
}

/** '[9, 19]' */
export function intervalText(shown: Pick<Shown, 'percent'>, [low, high]: readonly [number, number]): string {
  return `[${numberText(shown, low)}, ${numberText(shown, high)}]`;
}

/** A range in two significant digits: 'from 93 to 98'; shares in percentage points. */
export function rangeText(shown: Pick<Shown, 'percent'>, range: readonly [number, number]): string {
  const [low, high] = range.map((value) => numberText(shown, twoDigits(value)));
  return low === high ? `all at ${low}` : `from ${low} to ${high}`;
}

/** Rounds to two significant digits, as links store ranges. */
export function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

/** For terminals and scripts: plain spaces and hyphens. */
export function plainText(text: string): string {
  return text.replaceAll(NARROW_SPACE, ' ').replaceAll(MINUS, '-');
}

function minus(text: string): string {
  return text.replace(/^-/, MINUS);
}
