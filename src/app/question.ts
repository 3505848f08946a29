/** Between the editor's draft, the engine's question, and the documents that answer it. */
import type { Token, TraceQuestion } from '../engine/api';
import { traceSpec } from '../experiments/trace/spec';
import { askedOf, isAddedRow } from '../results/asked';
import type { TraceDocument } from '../results/document';
import { placesOf } from '../results/spelling';
import { EMPTY_DRAFT, type ByteRange, type Draft } from './stores/draft';
import { bytesOfTokens } from './subject';

/** The draft as a question; the subject as token positions. */
export function toQuestion(draft: Draft, subjectRange: readonly [number, number]): TraceQuestion {
  const noise = { noise: draft.noise, samples: draft.samples, seed: draft.seed };
  return {
    prompt: draft.prompt,
    bos: draft.bos,
    subjectRange,
    metric: draft.metric,
    kinds: draft.kinds,
    window: draft.window === 'fixed' ? draft.windowSize : draft.window,
    groups: draft.wholeSubject ? ['subject'] : [],
    ...(draft.answer === '' ? {} : { answer: draft.answer }),
    ...(draft.distractor === '' ? {} : { distractor: draft.distractor }),
    ...(draft.corruption === 'tokens' ? { corruptTo: draft.corruptTo } : noise),
  };
}

/** The document's tokens as the editor shows them, until the engine has tokenised the prompt itself. */
export function tokensOf(document: TraceDocument): Token[] {
  const asked = askedOf(document);
  const texts = document.tokens.map(({ token }) => token);
  const isAdded = (row: number): boolean => isAddedRow(asked, row);
  const bytesAt = (character: number): number =>
    new TextEncoder().encode(asked.prompt.slice(0, character)).length;
  return placesOf(asked.prompt, texts, isAdded).map(([begin, end], row) => {
    const bytes = isAdded(row) ? null : ([bytesAt(begin), bytesAt(end)] as const);
    return { id: document.tokens[row]!.id, text: texts[row]!, bytes, isBos: isAdded(row) };
  });
}

/** The question that a document answers, ready to be edited. The other prompt's text has to be decoded by the engine. */
export function draftOf(document: TraceDocument): Draft {
  const spec = traceSpec.parse(document.spec);
  const subject: ByteRange | null = bytesOfTokens(tokensOf(document), [spec.subject.begin, spec.subject.end]);
  const { corruption } = spec;
  const draft: Draft = {
    ...EMPTY_DRAFT,
    prompt: spec.prompt,
    bos: spec.bos,
    subject,
    answer: document.answer.token,
    distractor: document.distractor?.token ?? '',
    metric: spec.metric,
    corruption: corruption.type,
    window: spec.window.rule,
    windowSize: spec.window.size,
    kinds: spec.kinds,
    wholeSubject: spec.groups.length > 0,
  };
  if (corruption.type !== 'noise') return draft;
  return { ...draft, noise: corruption.rule, samples: corruption.samples, seed: corruption.seed };
}

/** Token ids of the other prompt of a document, without what was added around it; null where the corruption is noise. */
export function otherTokenIds(document: TraceDocument): number[] | null {
  const { corruption } = traceSpec.parse(document.spec);
  if (corruption.type !== 'tokens') return null;
  const asked = askedOf(document);
  return corruption.tokens.filter((_, row) => !isAddedRow(asked, row));
}

/** Same prompt, subject and corruption: corrupted numbers of the one hold for the other. */
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

export function isSameQuestion(a: Draft, b: Draft): boolean {
  return sameFields(a, b, Object.keys(a) as (keyof Draft)[]);
}

function sameFields(a: Draft, b: Draft, fields: readonly (keyof Draft)[]): boolean {
  return fields.every((field) => JSON.stringify(a[field]) === JSON.stringify(b[field]));
}
