/** What a document's draws are worth, in words: the legend, the labels, and what holds for other noise. */
import { FEWEST_DRAWS } from '../util/hatching';
import { drawsOf, askedOf } from './asked';
import type { Intervals, Metric, TraceDocument } from './document';
import { cellValue, differenceUnit, intervalText, metricValue, percent, rangeText, signed } from './format';
import type { FoundCell } from './peak';

/** Says which cells are hatched, or why none is. */
export function hatchingRule({ intervals }: TraceDocument): string {
  const { hatching, draws, varies, notes } = intervals;
  if (hatching !== 'none') {
    return (
      `Hatched: no effect on ${testedName(hatching)} is shown there. Showing one takes a paired t test of ${draws} draws ` +
      'that holds for all cells of a map at once, and nearly all draws on one side.'
    );
  }
  if (varies === 'nothing') return 'Nothing is hatched: the subject was replaced once, so nothing varies.';
  if (draws >= FEWEST_DRAWS && notes) return 'Nothing is hatched.';
  return `Nothing is hatched: ${draws === 1 ? 'one draw says' : `${draws} draws say`} nothing about all cells at once; ten do.`;
}

/** '95 % over the noise', with the rule; null where the document has no intervals. */
export function intervalLabel({ rule }: Intervals): string | null {
  if (rule === 'none') return null;
  return `95 % over the noise (${rule === 'hedged' ? 'hedged' : 't'})`;
}

/** ROME's number: how many draws stand behind it, and that it is of these draws. */
export function drawsText({ varies, draws }: Intervals): string {
  if (varies === 'nothing') return 'one replaced prompt';
  return draws === 1 ? 'one noise draw' : `${draws} noise draws`;
}

/** '1.4 %, 10 noise draws from 0 to 6' or with the interval over the noise. */
export function corruptedText({ metric, corrupted, intervals }: TraceDocument): string {
  const { range, interval } = corrupted;
  const spread = range && intervals.draws > 1 ? ` ${rangeText(metric, range)}` : '';
  const over = interval ? `; ${intervalText(metric, interval)} is ${intervalLabel(intervals)}` : '';
  return `${metricValue(metric, corrupted.metric)} (${drawsText(intervals)}${spread}${over})`;
}

/** What other noise would give at the named cell; null where nothing is known of it. */
export function beyondTheseDraws({ overNoise }: FoundCell): string | null {
  if (!overNoise) return null;
  const { by, effect, interval, family, share, alike } = overNoise;
  const size = `${signed(effect, (x) => cellValue(by, x))} ${differenceUnit(by)} ${intervalText(by, interval)}`;
  const others =
    alike.length === 0
      ? ''
      : ` ${alike.length} other cell${alike.length === 1 ? '' : 's'} cannot be told from it.`;
  return (
    `Over the noise, ${testedName(by)} moves by ${size} there: 95 % for all ${family} cells at once (max-t). ` +
    `${percent(Math.round(share * 100) / 100)} of resampled draws name this cell.${others}`
  );
}

/** ROME mode keeps ROME's draws; this says what they are worth. */
export function worthOf(document: TraceDocument): string | null {
  const draws = drawsOf(askedOf(document));
  const { metric, intervals } = document;
  if (draws === null || draws === 1 || metric !== 'p' || intervals.rule !== 'none') return null;
  return (
    `${draws} draws show what this noise did. They cannot bound the mean over all noise: p is nearly always about 0 with ` +
    'rare large draws. Tighten a number for that.'
  );
}

function testedName(by: 'logprob' | 'logit-diff'): string {
  return (
    { logprob: 'log p', 'logit-diff': 'the logit difference' } satisfies Partial<Record<Metric, string>>
  )[by];
}
