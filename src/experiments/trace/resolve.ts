/**
 * Resolves a typed question, which is a study's with one prompt, and stores it flat. Refuses
 * anything unclear in one sentence; guesses nothing.
 */
import { parseWith, quoted } from '../../util/parse';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import type { StudyCase } from '../common/spec';
import { excerpt } from '../common/spelling';
import type { Span } from '../common/subject';
import { askedSchema, type AskedStudy, resolvedFields } from '../contract/fields';
import { fields } from './fields';
import { parseTraceSpec } from './parse';
import type { TraceSpec } from './spec';

/** Rejects with one sentence if this model cannot resolve the question. */
export async function resolveQuestion(question: unknown, context: ResolveContext): Promise<TraceSpec> {
  // Default metric: p, as in ROME.
  const json = await resolveStudy({ metric: 'p', ...(question as object) }, 'trace', context);
  const { cases } = json as AskedStudy;
  if (cases.length > 1) {
    throw new Error(
      `trace: is about one prompt, got ${cases.length}, expected one. Ask for an average trace of several.`,
    );
  }
  const study = { ...json, cases: cases.map((one) => ({ ...one, subject: subjectOf(one) })) } as AskedStudy;
  const asked = parseWith(askedSchema(fields), study, 'trace');
  return parseTraceSpec(flat(await resolvedFields(fields, study, asked, context)), context.spec);
}

/** By default the words that differ from the twin's. */
function subjectOf({ prompt, tokens, subject, corrupted }: StudyCase): Span {
  const differs = (id: number, i: number) => id !== corrupted!.tokens[i];
  const begin = corrupted ? tokens.findIndex(differs) : -1;
  if (corrupted && begin === -1) {
    throw new Error(
      `trace: the corrupted prompt: is the same, got ${quoted(excerpt(prompt))}, expected words that differ.`,
    );
  }
  if (subject) return subject;
  if (corrupted) return { begin, end: tokens.findLastIndex(differs) + 1 };
  throw new Error(
    'subject: is missing, got none, expected words of the prompt. Mark the words that are to be hidden.',
  );
}

/** A resolved study as a trace's spec: the case's fields at the top. */
function flat({ cases, corruption, ...own }: Record<string, unknown>): object {
  const [{ label: _, corrupted, ...one }] = cases as [StudyCase];
  const isTwin = (corruption as { type: string }).type === 'twin';
  return {
    ...own,
    kind: 'causal-trace',
    ...one,
    corruption: isTwin ? { type: 'tokens', tokens: corrupted?.tokens } : corruption,
    direction: 'restore',
  };
}
