/** Between the editor's draft, the engine's question, and the documents that answer it. */
import type { Token, TraceQuestion } from '../engine/api';
import { traceSpec } from '../experiments/trace/spec';
import type { ResultDocument } from '../results/document';
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
export function tokensOf(document: ResultDocument): Token[] {
  const bos = traceSpec.parse(document.spec).bos;
  const encoder = new TextEncoder();
  let at = 0;
  return document.tokens.map(({ id, token }, index) => {
    if (bos && index === 0) return { id, text: token, bytes: null, isBos: true };
    const begin = at;
    at += encoder.encode(token).length;
    return { id, text: token, bytes: [begin, at], isBos: false };
  });
}

/** The question that a document answers, ready to be edited. The other prompt's text has to be decoded by the engine. */
export function draftOf(document: ResultDocument): Draft {
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

/** Token ids of the other prompt of a document, without BOS; null where the corruption is noise. */
export function otherTokenIds(document: ResultDocument): number[] | null {
  const { corruption, bos } = traceSpec.parse(document.spec);
  if (corruption.type !== 'tokens') return null;
  return bos ? corruption.tokens.slice(1) : corruption.tokens;
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
