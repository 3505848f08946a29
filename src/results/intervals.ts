/** What stands around a figure's numbers: what they are means over, and what their intervals or ranges are. */
import type { Figure } from './document';

type About = Pick<Figure, 'varies' | 'intervals' | 'ranges' | 'rule' | 'hatching'>;

/** 'mean over 16 prompts; 95 % intervals (Student t, 15 degrees of freedom)'; '' where nothing varies. */
export function overText(figure: About): string {
  const { varies, intervals, ranges, rule } = figure;
  if (!varies) return '';
  const spans = [
    ...(intervals ? [rule ? `95 % intervals (${rule})` : 'intervals by the rule of an older version'] : []),
    ...(ranges
      ? [`${intervals ? 'elsewhere ' : ''}ranges of the ${varies.what}, too few for an interval`]
      : []),
  ];
  return [`mean over ${varies.n} ${varies.what}`, ...spans].join('; ');
}

/** What two numbers beside a value are. */
export function spanName({ rule }: Pick<Figure, 'rule'>, isRange: boolean): string {
  if (isRange) return 'least to most';
  return rule ? '95 % interval' : 'interval';
}

/** What hatching means; '' where nothing is hatched. */
export function hatchText({ intervals, ranges, rule, hatching }: About): string {
  if (hatching !== undefined) return '';
  const spans = [...(intervals ? [spanName({ rule }, false)] : []), ...(ranges ? ['range'] : [])];
  return spans.length === 0 ? '' : `hatched: the ${spans.join(' or the ')} includes 0`;
}
