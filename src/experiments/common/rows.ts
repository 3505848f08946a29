/** Positions by name: the same words for prompts of any length. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { range } from '../../util/range';
import { type Field, given } from '../contract/fields';
import { answerRowOf, position, type StudyCase } from './spec';
import { quoted } from '../../util/parse';

/** Absolute positions, or: all, the subject's, the subject's last, the answer's. */
export const namedRows = z.union([
  z.enum(['all', 'subject', 'subject-last', 'answer', 'before-answer']),
  z.array(position).min(1).max(MOST.tokens),
]);

export type NamedRows = z.infer<typeof namedRows>;

export const rowChoices = [
  { value: 'all', label: 'all positions' },
  { value: 'subject', label: 'the subject' },
  { value: 'subject-last', label: 'the last token of the subject' },
  { value: 'answer', label: 'the position of the answer' },
  { value: 'before-answer', label: 'all positions but that' },
] as const;

export const rowsField = (label: string): Field<NamedRows> =>
  given(namedRows.default('all'), { kind: 'places', label, choices: rowChoices, default: 'all' });

/** Throws one sentence naming `where` if the case lacks these positions. */
export function rowsOf(rows: NamedRows, one: StudyCase, where: string): number[] {
  const T = one.tokens.length;
  if (typeof rows !== 'string') {
    const outside = rows.find((row) => row >= T);
    if (outside === undefined) return [...rows];
    throw new Error(`${where}: wrong value, got position ${outside}, expected positions below ${T}.`);
  }
  if (rows === 'all') return range(0, T);
  if (rows === 'answer') return [answerRowOf(one)];
  if (rows === 'before-answer') return range(0, T).filter((t) => t !== answerRowOf(one));
  if (!one.subject)
    throw new Error(`${where}: wrong value, got ${quoted(rows)}, expected a subject in every case for it.`);
  const { begin, end } = one.subject;
  return rows === 'subject' ? range(begin, end) : [end - 1];
}

/** The same, and always the answer's. */
export function rowsAndAnswer(rows: NamedRows, one: StudyCase, where: string): number[] {
  return [...new Set([...rowsOf(rows, one, where), answerRowOf(one)])];
}
