/** A figure's means, intervals and ranges in words. */
import type { Figure } from './document';
import { countText } from './format';

type About = Pick<Figure, 'varies' | 'intervals' | 'ranges' | 'rule' | 'hatching'>;

/** 'mean over 16 prompts; 95 % intervals (Student t, 15 degrees of freedom)'; '' for none. */
export function overText(figure: About): string {
  const { varies, intervals, ranges, rule } = figure;
  if (!varies) return '';
  const spans = [
    ...(intervals ? [rule ? `95 % intervals (${rule})` : 'intervals by the rule of an older version'] : []),
    ...(ranges
      ? [`${intervals ? 'elsewhere ' : ''}ranges of the ${varies.what}, too few for an interval`]
      : []),
  ];
  return [`mean over ${countText(varies.n, varies.what)}`, ...spans].join('; ');
}

/** Meaning of the two numbers beside a value. */
export function spanName({ rule }: Pick<Figure, 'rule'>, isRange: boolean): string {
  if (isRange) return 'least to most';
  return rule ? '95 % interval' : 'interval';
}

/** Meaning of hatching; '' if nothing is hatched. */
export function hatchText({ intervals, ranges, rule, hatching }: About): string {
  if (hatching !== undefined) return '';
  const spans = [...(intervals ? [spanName({ rule }, false)] : []), ...(ranges ? ['range'] : [])];
  return spans.length === 0 ? '' : `hatched: the ${spans.join(' or the ')} includes 0`;
}
