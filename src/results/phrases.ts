/** Phrases for traces. Text in asterisks is quoted from the prompt or an answer. */
import { wordOf } from '../util/visible';
import { answerPlace, answerRowOf, type Asked } from './asked';
import { coveredText } from './cell';
import type { ResultDocument } from './document';
import { differenceText, intervalText, percent, rangeText, type Shown, shownAs, valueText } from './format';
import type { Interval, Metric } from './parts';
import { subjectText, tokenLabels } from './tokens';
import type { TraceCell, TraceRead } from './traceMap';

export const quote = (text: string): string => `*${text}*`;

/** Drops the asterisks of quotations. */
export const plainOf = (sentence: string): string => sentence.replaceAll('*', '');

/** 'the last piece of *France*', '*is*', 'the last token, *is*,' */
function whichToken({ document, asked }: TraceRead, row: number): string {
  const { begin, end } = asked.subject;
  if (row >= begin && row < end) {
    const subject = quote(subjectText(document));
    if (end - begin === 1) return subject;
    const piece =
      row === begin ? 'the first piece' : row === end - 1 ? 'the last piece' : `piece ${row - begin + 1}`;
    return `${piece} of ${subject}`;
  }
  const label = tokenLabels(document)[row]!;
  if (label.isAdded) return row === 0 ? 'the start token' : 'the end token';
  const word = quote(wordOf(document.tokens[row]!.token));
  if (row === answerRowOf(asked)) return `the ${answerPlace(asked)} token, ${word},`;
  return label.label.endsWith(`_${row}`) ? `${word} (position ${row})` : word;
}

/** 'restoring the last piece of *France* after block 0' */
export function restoring(read: TraceRead, { kind, row, layer, covers }: TraceCell): string {
  const token = whichToken(read, row);
  if (kind === 'hidden') return `restoring ${token} after block ${layer}`;
  const part = kind === 'mlp' ? 'MLP' : 'attention';
  const several = covers[1] - covers[0] > 1 ? 's' : '';
  return `restoring the ${part} output${several} at ${token} in ${coveredText('block', covers)}`;
}

interface Measured {
  readonly answer?: { readonly token: string } | undefined;
  readonly distractor?: { readonly token: string } | undefined;
  readonly asked: Pick<Asked, 'metric' | 'outcomes'>;
}

/** The metric in words: 'p(*Paris*)', 'the logit difference *Paris* − *Lyon*'. */
export function measured({ answer, distractor, asked }: Measured): string {
  const word = quote(wordOf(answer?.token ?? ''));
  switch (asked.metric as Metric) {
    case 'p':
      return `p(${word})`;
    case 'logprob':
      return `log p(${word})`;
    case 'logit-diff':
      return `the logit difference ${word} − ${quote(wordOf(distractor?.token ?? ''))}`;
    case 'rank':
      return `the number of ${asked.outcomes ?? 'tokens'} ranked above ${word}`;
  }
}

/** 'from 8 % to 22 %' */
export function fromTo(shown: Shown, from: number, to: number): string {
  return `from ${valueText(shown, from)} to ${valueText(shown, to)}`;
}

/** The number of draws behind a mean. */
export function drawsText(draws: number | null): string {
  if (draws === null) return 'one replaced prompt';
  return draws === 1 ? 'one noise draw' : `${draws} noise draws`;
}

/** '(10 noise draws; from 93 to 98; 98 % of what was lost)', or with the metric's interval. */
export function evidence(
  { figure, lost, draws, asked }: TraceRead,
  { difference, range, overNoise }: Pick<TraceCell, 'difference' | 'range' | 'overNoise'>,
): string {
  const share = difference / lost;
  const rounded = Math.abs(share) < 0.01 ? percent(share) : percent(Math.round(share * 100) / 100);
  const over = overNoise?.by === asked.metric ? overNoise.interval : null;
  const parts = [
    ...(over ? [`${differenceText(figure, difference)} ${intervalText(figure, over)}`] : []),
    drawsText(draws),
    ...(!over && range && (draws ?? 1) > 1 ? [rangeText(figure, range)] : []),
    `${rounded} of what was lost`,
  ];
  return `(${parts.join('; ')})`;
}

/** '1.4 % (10 noise draws from 0 to 6)', or with the interval over the noise. */
export function corruptedText({ figure, corrupted, draws }: TraceRead): string {
  const { range, interval } = corrupted;
  const spread = range && (draws ?? 1) > 1 ? ` ${rangeText(figure, range)}` : '';
  const over = interval
    ? `; ${intervalText(figure, interval)} is 95 % over the noise (${figure.rule?.includes('hedged') ? 'hedged' : 't'})`
    : '';
  return `${valueText(figure, corrupted.value)} (${drawsText(draws)}${spread}${over})`;
}

/** The named cell under other noise. */
export function beyondTheseDraws(overNoise: NonNullable<TraceCell['overNoise']>): string {
  const { by, effect, interval, family, share, alike } = overNoise;
  const shown = shownAs(by);
  const size = `${differenceText(shown, effect)} ${intervalText(shown, interval as Interval)}`;
  const others =
    alike.length === 0
      ? ''
      : ` ${alike.length} other cell${alike.length === 1 ? '' : 's'} cannot be told from it.`;
  return (
    `Over the noise, ${testedName(by)} moves by ${size} there: 95 % for all ${family} cells at once (max-t). ` +
    `${percent(Math.round(share * 100) / 100)} of resampled draws name this cell.${others}`
  );
}

export const testedName = (by: 'logprob' | 'logit-diff'): string =>
  ({ logprob: 'log p', 'logit-diff': 'the logit difference' })[by];

/** The document's subject and answer, for lists: 'France → Paris'. */
export const titleOf = (document: ResultDocument): string =>
  `${subjectText(document)} → ${wordOf(document.answer?.token ?? '')}`;
