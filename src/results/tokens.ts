/** Tokens as text: visible leading spaces, an index for repeats, the subject marked. */
import { askedOf, isAddedRow, promptOf } from './asked';
import type { ResultDocument } from './document';
import { repeated } from '../util/lists';
import { visibleToken, wordOf } from '../util/visible';
import { placesOf } from './spelling';

type Read = Pick<ResultDocument, 'spec' | 'tokens'>;

export interface TokenLabel {
  readonly row: number;
  /** '·France', or '·of_3' if '·of' repeats; the index is the position. */
  readonly label: string;
  readonly isSubject: boolean;
  /** Outside the prompt: BOS, or an encoder's [CLS] and [SEP]. */
  readonly isAdded: boolean;
}

/** A label per token of the (first) prompt; BOS is '[BOS]', encoders' keep their names. */
export function tokenLabels(document: Read): TokenLabel[] {
  const asked = promptOf(document);
  const { subject, answerRow } = asked;
  const texts = document.tokens.map(({ token }) => token);
  const again = repeated(texts);
  return texts.map((text, row) => {
    const isAdded = isAddedRow(asked, row);
    const name = answerRow === undefined ? '[BOS]' : text;
    return {
      row,
      label: isAdded ? name : `${visibleToken(text)}${again.has(text) ? `_${row}` : ''}`,
      isSubject: subject !== undefined && row >= subject.begin && row < subject.end,
      isAdded,
    };
  });
}

/** The subject as spelled in the prompt, trimmed, e.g. 'Bosnia and Herzegovina'. */
export function subjectText(document: Read): string {
  const asked = askedOf(document);
  const { begin, end } = asked.subject;
  const texts = document.tokens.map(({ token }) => token);
  const places = placesOf(asked.prompt, texts, (row) => isAddedRow(asked, row)).slice(begin, end);
  return wordOf(asked.prompt.slice(places[0]![0], places.at(-1)![1])).replaceAll('·', ' ');
}
