/** Tokens as text: leading spaces visible, an index where a token occurs twice, the subject marked. */
import { askedOf, isAddedRow, promptOf } from './asked';
import type { ResultDocument } from './document';
import { visibleToken, wordOf } from '../util/visible';
import { placesOf } from './spelling';

type Read = Pick<ResultDocument, 'spec' | 'tokens'>;

export interface TokenLabel {
  readonly row: number;
  /** e.g. '·France', or '·of_3' where '·of' occurs more than once; the index is the position. */
  readonly label: string;
  readonly isSubject: boolean;
  /** Not of the prompt: BOS, or an encoder's [CLS] and [SEP]. */
  readonly isAdded: boolean;
}

/** One label per token of the (first) prompt; BOS is '[BOS]', an encoder's added tokens have their own names. */
export function tokenLabels(document: Read): TokenLabel[] {
  const asked = promptOf(document);
  const { subject, answerRow } = asked;
  const texts = document.tokens.map(({ token }) => token);
  return texts.map((text, row) => {
    const isAdded = isAddedRow(asked, row);
    const name = answerRow === undefined ? '[BOS]' : text;
    const isTwice = texts.some((other, i) => other === text && i !== row);
    return {
      row,
      label: isAdded ? name : `${visibleToken(text)}${isTwice ? `_${row}` : ''}`,
      isSubject: subject !== undefined && row >= subject.begin && row < subject.end,
      isAdded,
    };
  });
}

/** The subject as it is spelled in the prompt, without surrounding spaces, e.g. 'Bosnia and Herzegovina'. */
export function subjectText(document: Read): string {
  const asked = askedOf(document);
  const { begin, end } = asked.subject;
  const texts = document.tokens.map(({ token }) => token);
  const places = placesOf(asked.prompt, texts, (row) => isAddedRow(asked, row)).slice(begin, end);
  return wordOf(asked.prompt.slice(places[0]![0], places.at(-1)![1])).replaceAll('·', ' ');
}
