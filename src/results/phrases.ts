/** The parts that findings are worded with. Text between asterisks is emphasised: it is quoted from the prompt. */
import { answerPlace, answerRowOf, askedOf } from './asked';
import { drawsText } from './certainty';
import type { TraceDocument } from './document';
import { cellValue, differenceUnit, intervalText, metricValue, percent, rangeText, signed } from './format';
import type { FoundCell } from './peak';
import { subjectText, tokenLabels } from './tokens';
import { wordOf } from '../util/visible';

export interface Piece {
  readonly text: string;
  /** A quotation from the prompt or an answer. */
  readonly emphasis: boolean;
}

export const say = (text: string): Piece => ({ text, emphasis: false });
export const quote = (text: string): Piece => ({ text, emphasis: true });

/** 'the last piece of *France*', '*is*', 'the last token, *is*,' */
export function whichToken(document: TraceDocument, row: number): Piece[] {
  const asked = askedOf(document);
  const { begin, end } = asked.subject;
  if (row >= begin && row < end) {
    const subject = quote(subjectText(document));
    if (end - begin === 1) return [subject];
    const piece =
      row === begin ? 'the first piece' : row === end - 1 ? 'the last piece' : `piece ${row - begin + 1}`;
    return [say(`${piece} of `), subject];
  }
  const label = tokenLabels(document)[row]!;
  if (label.isAdded) return [say(row === 0 ? 'the start token' : 'the end token')];
  const word = quote(wordOf(document.tokens[row]!.token));
  if (row === answerRowOf(asked)) {
    return [say(`the ${answerPlace(asked)} token, `), word, say(',')];
  }
  return label.label.endsWith(`_${row}`) ? [word, say(` (position ${row})`)] : [word];
}

/** 'restoring the last piece of *France* after block 0', 'restoring the MLP outputs at *is* in blocks 1 to 3' */
export function restoring(document: TraceDocument, cell: FoundCell): Piece[] {
  const token = whichToken(document, cell.row);
  if (cell.kind === 'hidden') return [say('restoring '), ...token, say(` after block ${cell.layer}`)];
  const [first, end] = cell.layers;
  const part = cell.kind === 'mlp' ? 'MLP' : 'attention';
  const several = end - first > 1;
  const blocks = several ? `blocks ${first} to ${end - 1}` : `block ${first}`;
  return [say(`restoring the ${part} output${several ? 's' : ''} at `), ...token, say(` in ${blocks}`)];
}

/** What is measured: 'p(*Paris*)', 'the logit difference *Paris* − *Lyon*', 'the number of tokens ranked above *Paris*' */
export function measured(document: TraceDocument): Piece[] {
  const answer = quote(wordOf(document.answer.token));
  switch (document.metric) {
    case 'p':
      return [say('p('), answer, say(')')];
    case 'logprob':
      return [say('log p('), answer, say(')')];
    case 'logit-diff':
      return [
        say('the logit difference '),
        answer,
        say(' − '),
        quote(wordOf(document.distractor?.token ?? '')),
      ];
    case 'rank':
      return [say(`the number of ${askedOf(document).outcomes ?? 'tokens'} ranked above `), answer];
  }
}

/** 'from 8 % to 22 %' */
export function fromTo(document: TraceDocument, from: number, to: number): string {
  return `from ${metricValue(document.metric, from)} to ${metricValue(document.metric, to)}`;
}

/** '(10 noise draws; from 93 to 98; 98 % of what was lost)', or with the interval that holds for the metric itself. */
export function evidence(
  document: TraceDocument,
  { effect, range, overNoise }: Pick<FoundCell, 'effect' | 'range' | 'overNoise'>,
): string {
  const { metric, clean, corrupted, intervals } = document;
  const share = effect / (clean.metric - corrupted.metric);
  const rounded = Math.abs(share) < 0.01 ? percent(share) : percent(Math.round(share * 100) / 100);
  const over = overNoise?.by === metric ? overNoise.interval : null;
  const size = `${signed(effect, (x) => cellValue(metric, x))} ${differenceUnit(metric)}`;
  const parts = [
    ...(over ? [`${size} ${intervalText(metric, over)}`] : []),
    drawsText(intervals),
    ...(!over && range && intervals.draws > 1 ? [rangeText(metric, range)] : []),
    `${rounded} of what was lost`,
  ];
  return `(${parts.join('; ')})`;
}
