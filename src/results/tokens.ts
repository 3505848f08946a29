/** Tokens as text: leading spaces visible, an index where a token occurs twice, the subject marked. */
import { askedOf } from './asked';
import type { ResultDocument } from './document';

export interface TokenLabel {
  readonly row: number;
  /** e.g. '·France', or '·of_3' where '·of' occurs more than once; the index is the position. */
  readonly label: string;
  readonly isSubject: boolean;
  readonly isBos: boolean;
}

/** Spaces as '·', line breaks as '↵', tabs as '⇥', other control characters as '␀'..; '∅' for an empty token. */
export function visibleToken(text: string): string {
  if (text === '') return '∅';
  const signs: Record<string, string> = { ' ': '·', '\n': '↵', '\t': '⇥', '\u007f': '␡' };
  // Unicode has a picture of each ASCII control character, in their order.
  const picture = (c: string) => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : c);
  return Array.from(text, (c) => signs[c] ?? picture(c)).join('');
}

/** Token text inside a sentence: without the space that separates it from the word before. */
export function wordOf(text: string): string {
  return visibleToken(text.trim() === '' ? text : text.trim());
}

/** One label per token of the prompt, BOS as '[BOS]'. */
export function tokenLabels(document: ResultDocument): TokenLabel[] {
  const { subject, bos } = askedOf(document);
  const texts = document.tokens.map(({ token }) => token);
  return texts.map((text, row) => {
    const isBos = bos && row === 0;
    const isTwice = texts.some((other, i) => other === text && i !== row);
    return {
      row,
      label: isBos ? '[BOS]' : `${visibleToken(text)}${isTwice ? `_${row}` : ''}`,
      isSubject: row >= subject.begin && row < subject.end,
      isBos,
    };
  });
}

/** The subject as it is spelled in the prompt, without surrounding spaces, e.g. 'Bosnia and Herzegovina'. */
export function subjectText(document: ResultDocument): string {
  const { begin, end } = askedOf(document).subject;
  return wordOf(
    document.tokens
      .slice(begin, end)
      .map(({ token }) => token)
      .join(''),
  ).replaceAll('·', ' ');
}
