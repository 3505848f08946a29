/** Positions of a case that an experiment reads or writes. */
import { answerRowOf, type StudyCase } from './spec';

/** 'last': the row whose logits give the answer. */
export const placeNames = ['all', 'last', 'subject', 'last-subject'] as const;
export type Place = (typeof placeNames)[number];

/** True where every case needs a subject. */
export const needsSubject = (place: Place): boolean => place === 'subject' || place === 'last-subject';

export function rowsAt(place: Place, one: StudyCase): number[] {
  const { tokens, subject } = one;
  if (place === 'last') return [answerRowOf(one)];
  if (place === 'last-subject') return [subject!.end - 1];
  const [begin, end] = place === 'subject' ? [subject!.begin, subject!.end] : [0, tokens.length];
  return Array.from({ length: end - begin }, (_, i) => begin + i);
}
