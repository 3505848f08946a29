/** Converts between the editor's draft, the engine's question, and documents. */
import type { Token, TraceQuestion } from '../engine/api';
import { specialNames } from '../experiments/common/choices';
import { defaultSubject } from '../experiments/common/defaultSubject';
import { askedOf } from '../experiments/common/window';
import { traceSpec } from '../experiments/trace/spec';
import { isAddedRow, promptOf } from '../results/asked';
import type { ResultDocument } from '../results/document';
import { placesOf } from '../results/spelling';
import { TRACE_GROUPS } from '../results/traceMap';
import { type Catalogue, questionOf } from './catalogue';
import { shownValues } from './shown';
import { EMPTY_DRAFT, type ByteRange, type Draft, type SetChoice } from './stores/draft';
import type { StatusState } from './stores/status';
import { bytesOfTokens } from './subject';

export const TRACE = 'causal-trace';

/** Bytes of the subject, marked or default; null for none. */
export function subjectOf(
  { kind, prompt, subject }: Draft,
  { model, catalogue }: Pick<StatusState, 'model' | 'catalogue'>,
): ByteRange | null {
  if (subject) return subject;
  const needsOne = kind === TRACE || questionOf(catalogue, kind)?.about.needs?.subject === true;
  return needsOne && model ? defaultSubject(prompt, specialNames(model)) : null;
}

/** The draft as a question, with the subject as token positions. */
export function toQuestion(
  draft: Draft,
  subjectRange: readonly [number, number] | null,
  catalogue: Catalogue | null,
): TraceQuestion | Readonly<Record<string, unknown>> {
  if (draft.given) return draft.given.question;
  if (draft.kind === TRACE) return traceQuestion(draft, subjectRange);
  const own = shownValues(
    questionOf(catalogue, draft.kind)?.about.options ?? [],
    draft.options[draft.kind] ?? {},
  );
  if (draft.set) return { ...setQuestion(draft, draft.set), ...own };
  const { prompt, answer, distractor, corruptTo, kind, bos, metric } = draft;
  const one = {
    prompt,
    ...(subjectRange ? { subject: { begin: subjectRange[0], end: subjectRange[1] } } : {}),
    ...(answer === '' ? {} : { answer }),
    ...(distractor === '' ? {} : { distractor }),
    ...(corruptTo.trim() === '' ? {} : { corrupted: corruptTo }),
  };
  return { kind, bos, metric, cases: [one], ...own };
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

function traceQuestion(draft: Draft, subjectRange: readonly [number, number] | null): TraceQuestion {
  const noise = { noise: draft.noise, samples: draft.samples, seed: draft.seed };
  return {
    prompt: draft.prompt,
    bos: draft.bos,
    ...(subjectRange && { subjectRange }),
    metric: draft.metric,
    kinds: draft.kinds,
    window: draft.window,
    groups: draft.groups,
    ...(draft.answer === '' ? {} : { answer: draft.answer }),
    ...(draft.distractor === '' ? {} : { distractor: draft.distractor }),
    ...(draft.corruption === 'tokens' ? { corruptTo: draft.corruptTo } : noise),
  };
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

/**
 * A document's question, ready for editing. The engine decodes what only the model can (a trace's
 * other prompt, a study's answers), see `encodedOf`.
 */
export function draftOf(document: ResultDocument): Draft {
  return document.kind === TRACE ? draftOfTrace(document) : draftOfStudy(document);
}

function draftOfTrace(document: ResultDocument): Draft {
  const spec = traceSpec.parse(document.spec);
  const subject: ByteRange | null = bytesOfTokens(tokensOf(document), [spec.subject.begin, spec.subject.end]);
  const { corruption } = spec;
  const draft: Draft = {
    ...EMPTY_DRAFT,
    prompt: spec.prompt,
    bos: spec.bos,
    subject,
    answer: spec.answer.typed ?? document.answer?.token ?? '',
    distractor: spec.distractor?.typed ?? document.distractor?.token ?? '',
    metric: spec.metric,
    corruption: corruption.type,
    window: askedOf(spec.window),
    kinds: spec.kinds,
    groups: TRACE_GROUPS.filter((group) => spec.groups.some(({ name }) => name === group)),
  };
  if (corruption.type !== 'noise') return draft;
  return { ...draft, noise: corruption.rule, samples: corruption.samples, seed: corruption.seed };
}

/** Spec fields with places in the editor. */
const SHARED = ['version', 'kind', 'model', 'bos', 'set', 'cases', 'metric', 'outcomes'];

function draftOfStudy(document: ResultDocument): Draft {
  const { spec, kind } = document;
  const { prompt, bos, subject, metric, corrupted, cases } = promptOf(document);
  const options = Object.fromEntries(Object.entries(spec).filter(([name]) => !SHARED.includes(name)));
  const draft: Draft = {
    ...EMPTY_DRAFT,
    kind,
    prompt,
    bos,
    subject: subject ? bytesOfTokens(tokensOf(document), [subject.begin, subject.end]) : null,
    metric: metric as Draft['metric'],
    corruptTo: corrupted?.prompt ?? '',
    options: { [kind]: options },
  };
  return cases === 1 ? draft : { ...draft, given: { name: `${cases} prompts`, question: spec } };
}

/** Token ids of a document's question that lack text. */
export interface Encoded {
  readonly corruptTo: readonly number[] | null;
  readonly answer: number | null;
  readonly distractor: number | null;
}

export function encodedOf(document: ResultDocument): Encoded {
  if (document.kind !== TRACE) {
    const { answer, distractor } = promptOf(document);
    return { corruptTo: null, answer: answer.id, distractor: distractor?.id ?? null };
  }
  const { corruption } = traceSpec.parse(document.spec);
  const asked = promptOf(document);
  const other =
    corruption.type === 'tokens' ? corruption.tokens.filter((_, row) => !isAddedRow(asked, row)) : null;
  return { corruptTo: other, answer: null, distractor: null };
}

/** Same prompt, subject and corruption: the corrupted numbers agree. */
export function isCorruptedAlike(a: Draft, b: Draft): boolean {
  return sameFields(a, b, [
    'prompt',
    'bos',
    'subject',
    'corruption',
    'noise',
    'samples',
    'seed',
    'corruptTo',
  ]);
}

const TRACE_FIELDS = ['corruption', 'noise', 'samples', 'seed', 'window', 'kinds', 'groups'] as const;

/** The same question, ignoring settings of other questions. */
export function isSameQuestion(a: Draft, b: Draft): boolean {
  if (a.kind !== b.kind) return false;
  if (a.given || b.given) return sameFields(a, b, ['given']);
  const own = (draft: Draft) => JSON.stringify(draft.options[draft.kind] ?? {});
  if (isOverSet(a) || isOverSet(b)) return sameFields(a, b, ['set', 'bos', 'metric']) && own(a) === own(b);
  const common = sameFields(a, b, ['prompt', 'bos', 'subject', 'answer', 'distractor', 'metric']);
  if (a.kind === TRACE) {
    const isTwinAsked = a.corruption === 'tokens';
    return common && sameFields(a, b, TRACE_FIELDS) && (!isTwinAsked || a.corruptTo === b.corruptTo);
  }
  return common && a.corruptTo === b.corruptTo && own(a) === own(b);
}

function sameFields(a: Draft, b: Draft, fields: readonly (keyof Draft)[]): boolean {
  return fields.every((field) => JSON.stringify(a[field]) === JSON.stringify(b[field]));
}
