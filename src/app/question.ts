/** Converts between the editor's draft, the engine's question, and documents. */
import type { Token } from '../engine/api';
import { specialNames } from '../experiments/common/choices';
import { defaultSubject } from '../experiments/common/defaultSubject';
import type { Noise } from '../experiments/common/noise';
import { askedOf, type Window } from '../experiments/common/window';
import type { TraceSpec } from '../experiments/trace/spec';
import { isAddedRow, promptOf } from '../results/asked';
import type { ResultDocument } from '../results/document';
import { placesOf } from '../results/spelling';
import { type Catalogue, corruptionOf, questionOf } from './catalogue';
import { shownValues } from './shown';
import { BY_NOISE, type ByteRange, type Draft, EMPTY_DRAFT, type SetChoice, TRACE } from './stores/draft';
import type { StatusState } from './stores/status';
import { bytesOfTokens } from './subject';

/** Bytes of the subject, marked or default; null for none. */
export function subjectOf(
  { kind, prompt, subject }: Draft,
  { model, catalogue }: Pick<StatusState, 'model' | 'catalogue'>,
): ByteRange | null {
  if (subject) return subject;
  const needsOne = questionOf(catalogue, kind)?.about.needs?.subject !== undefined;
  return needsOne && model ? defaultSubject(prompt, specialNames(model)) : null;
}

/** The draft as a question, with the subject as token positions. */
export function toQuestion(
  draft: Draft,
  subjectRange: readonly [number, number] | null,
  catalogue: Catalogue | null,
): Readonly<Record<string, unknown>> {
  if (draft.given) return draft.given.question;
  const own = shownValues(
    questionOf(catalogue, draft.kind)?.about.options ?? [],
    draft.options[draft.kind] ?? {},
  );
  if (draft.set && isOverSet(draft)) return { ...setQuestion(draft, draft.set), ...own };
  const { prompt, answer, distractor, corruptTo, kind, bos, metric } = draft;
  const one = {
    prompt,
    ...(subjectRange ? { subject: { begin: subjectRange[0], end: subjectRange[1] } } : {}),
    ...(answer === '' ? {} : { answer }),
    ...(distractor === '' ? {} : { distractor }),
    ...(usesTwin(draft) && corruptTo.trim() !== '' ? { corrupted: corruptTo } : {}),
  };
  return { kind, bos, metric, cases: [one], ...own };
}

/** Noise takes a twin's place. */
export const usesTwin = (draft: Draft): boolean => corruptionOf(draft) !== 'noise';

/** What a draft without its twin changes: where the twin corrupts, noise does. */
export function withoutTwin(draft: Draft): Pick<Draft, 'corruptTo' | 'options'> {
  const { kind, options } = draft;
  if (corruptionOf(draft) !== 'twin') return { corruptTo: '', options };
  return { corruptTo: '', options: { ...options, [kind]: { ...options[kind], corruption: BY_NOISE } } };
}

/** A set's prompts; lists and drops those whose twin does not fit. */
function setQuestion({ kind, bos, metric }: Draft, { name, text, take }: SetChoice) {
  const set = {
    name,
    ...(text === undefined ? {} : { text }),
    ...(take === null ? {} : { take, seed: 1 }),
  };
  return { kind, bos, metric, set, onMisaligned: 'skip' };
}

/** Whether the question uses a task set instead of the typed prompt. */
export function isOverSet({ kind, set, given }: Draft): boolean {
  return kind !== TRACE && set !== null && given === null;
}

/** The document's (first) prompt for the editor, until the engine tokenises it. */
export function tokensOf(document: ResultDocument): Token[] {
  const asked = promptOf(document);
  const texts = document.tokens.map(({ token }) => token);
  const isAdded = (row: number): boolean => isAddedRow(asked, row);
  const bytesAt = (character: number): number =>
    new TextEncoder().encode(asked.prompt.slice(0, character)).length;
  return placesOf(asked.prompt, texts, isAdded).map(([begin, end], row) => {
    const bytes = isAdded(row) ? null : ([bytesAt(begin), bytesAt(end)] as const);
    return { id: document.tokens[row]!.id, text: texts[row]!, bytes, isBos: isAdded(row) };
  });
}

/** Spec fields with places in the editor. */
const SHARED = (
  'version kind model bos set cases metric outcomes onlyKnown ' +
  'prompt tokens subject answerRow answer distractor direction'
).split(' ');

/**
 * A document's question, ready for editing. The engine decodes what only the model can, see
 * `encodedOf`.
 */
export function draftOf(document: ResultDocument): Draft {
  const { spec, kind } = document;
  const { prompt, bos, subject, answer, distractor, metric, corrupted, cases } = promptOf(document);
  const own = Object.entries(spec).filter(([name]) => !SHARED.includes(name));
  const options = Object.fromEntries(
    cases === 1 ? own.map(([name, value]) => [name, TYPED[name]?.(value) ?? value]) : own,
  );
  const draft: Draft = {
    ...EMPTY_DRAFT,
    kind,
    prompt,
    bos,
    subject: subject ? bytesOfTokens(tokensOf(document), [subject.begin, subject.end]) : null,
    answer: answer.typed ?? document.answer?.token ?? '',
    distractor: distractor?.typed ?? document.distractor?.token ?? '',
    metric: metric as Draft['metric'],
    corruptTo: corrupted?.prompt ?? '',
    options: { ...EMPTY_DRAFT.options, [kind]: options },
  };
  return cases === 1 ? draft : { ...draft, given: { name: `${cases} prompts`, question: spec } };
}

/** Fields as they were typed, where a spec holds what they became on its model. */
const TYPED: Readonly<Record<string, (value: unknown) => unknown>> = {
  corruption(value) {
    const { type, rule, samples, seed } = value as Partial<Noise>;
    return type === 'noise' ? { type, noise: rule, samples, seed } : { type: 'twin' };
  },
  window: (value) => askedOf(value as Window),
  continuation: (value) => (value as readonly number[]).length,
  groups: (value) => (value as TraceSpec['groups']).map(({ name }) => name),
};

/** Token ids of a document's question that lack text. */
export interface Encoded {
  readonly corruptTo: readonly number[] | null;
  readonly answer: number | null;
  readonly distractor: number | null;
}

export function encodedOf(document: ResultDocument): Encoded {
  const asked = promptOf(document);
  const { answer, distractor, corrupted } = asked;
  const other = corrupted?.prompt === '' && corrupted.tokens.filter((_, row) => !isAddedRow(asked, row));
  return { corruptTo: other || null, answer: answer.id, distractor: distractor?.id ?? null };
}

/** Same prompt, subject and corruption: the corrupted numbers agree. */
export function isCorruptedAlike(a: Draft, b: Draft): boolean {
  const corruption = ({ kind, options }: Draft) => JSON.stringify(options[kind]?.corruption);
  return sameFields(a, b, ['prompt', 'bos', 'subject', 'corruptTo']) && corruption(a) === corruption(b);
}

/** The same question, ignoring settings of other questions. */
export function isSameQuestion(a: Draft, b: Draft): boolean {
  if (a.kind !== b.kind) return false;
  if (a.given || b.given) return sameFields(a, b, ['given']);
  const own = (draft: Draft) => JSON.stringify(draft.options[draft.kind] ?? {});
  if (own(a) !== own(b)) return false;
  if (isOverSet(a) || isOverSet(b)) return sameFields(a, b, ['set', 'bos', 'metric']);
  if (usesTwin(a) && a.corruptTo !== b.corruptTo) return false;
  return sameFields(a, b, ['prompt', 'bos', 'subject', 'answer', 'distractor', 'metric']);
}

function sameFields(a: Draft, b: Draft, fields: readonly (keyof Draft)[]): boolean {
  return fields.every((field) => JSON.stringify(a[field]) === JSON.stringify(b[field]));
}
