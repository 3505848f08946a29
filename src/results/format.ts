/** Number formatting, the same everywhere: '14.2 %', '< 0.01 %', '+1.29', '3.1e-6'. */
import type { Metric } from './parts';
import type { Figure } from './document';

/** Between a number and its unit; `plainText` turns it into a space. */
const NARROW_SPACE = '\u202f';
const MINUS = '−';

/** A share of one: 0.1423 -> '14.2 %', 0.96 -> '96 %', 0.0002 -> '0.02 %'. */
export function percent(share: number): string {
  return `${points(share)}${NARROW_SPACE}%`;
}

/** Smaller shares print as this bound: '< 0.01 %' reads better than '7.0e-4 %'. */
const LEAST_SHARE = 1e-4;

const isTiny = (share: number): boolean => share !== 0 && Math.abs(share) < LEAST_SHARE;

/** Percentage points: 0.1423 -> '14.2'. One decimal; one digit below 1; '< 0.01', '> −0.01' near 0. */
export function points(share: number): string {
  if (isTiny(share)) return share < 0 ? `> ${MINUS}0.01` : '< 0.01';
  const value = share * 100;
  const text = Math.abs(value) < 1 ? value.toPrecision(1) : value.toFixed(1);
  return minus(String(Number(text)));
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

/** With a sign: '+14.2', '−0.3', '0'; a bound has its own: '< 0.01'. */
export function signed(value: number, show: (value: number) => string): string {
  const text = show(value);
  return value > 0 && !text.startsWith('<') ? `+${text}` : text;
}

/** '12 noise draws', '1 noise draw', '32,491 edges'. `what` is plural; its first plural word is made singular. */
export function countText(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? what.replace(/s\b/, '') : what}`;
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

/** How a figure's numbers are formatted; `change`: as differences, '+14 points'. */
export type Shown = Pick<Figure, 'unit' | 'percent'> & { readonly change?: true };

/** A metric's format: that of its figures. */
export const shownAs = (metric: Metric): Shown => ({
  unit: UNITS[metric],
  ...(metric === 'p' && { percent: true as const }),
});

export function valueText(shown: Pick<Shown, 'percent' | 'change'>, value: number): string {
  if (shown.change) return shown.percent ? `${signed(value, points)} points` : signed(value, plain);
  return shown.percent ? percent(value) : plain(value);
}

/** A value without unit, as in a heatmap's cell; shares in percentage points. */
export function numberText({ percent: isShare }: Pick<Shown, 'percent'>, value: number): string {
  return isShare ? points(value) : plain(value);
}

/** Displayed alike, and as close where only a bound is displayed: links hold no less. */
export function isShownAlike(shown: Pick<Shown, 'percent'>, a: number, b: number): boolean {
  if (numberText(shown, a) !== numberText(shown, b)) return false;
  return !shown.percent || !isTiny(a) || a.toPrecision(1) === b.toPrecision(1);
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

/** With a minus sign for a leading hyphen. */
export function minus(text: string): string {
  return text.replace(/^-/, MINUS);
}
