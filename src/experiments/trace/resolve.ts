/**
 * Resolves a typed question: tokens, positions, sigma and window layers become numbers. Refuses
 * anything unclear in one sentence; guesses nothing.
 */
import type { ModelSpec } from '../../model/spec';
import { resolveAnswers } from '../common/answers';
import { outcomesOf } from '../common/classes';
import { resolveNoise } from '../common/noise';
import { findAnswerRow, promptTokens, type ResolveContext } from '../common/prompt';
import { checkRange, findSubject, type PromptToken, type Span } from '../common/subject';
import { resolveWindow } from '../common/window';
import { parseTraceSpec } from './parse';
import type { TraceQuestion } from './question';
import { resolveReplacement } from './replacement';
import { type TraceSpec, traceKinds } from './spec';
import { quoted } from '../../util/parse';

/** Rejects with one sentence if this model cannot resolve the question. */
export async function resolveQuestion(question: TraceQuestion, context: ResolveContext): Promise<TraceSpec> {
  const bos = question.bos ?? context.bosDefault;
  const tokens = await promptTokens(question.prompt, 'prompt', bos, context);
  const ids = tokens.map((token) => token.id);
  const { corruption, subject } = await resolveCorruption(question, tokens, bos, context);
  const row = findAnswerRow(ids, context);
  const window = resolveWindow(question.window, context.spec.nLayers);
  const groups = resolveGroups(question.groups ?? [], subject, ids.length);
  const kinds = resolveKinds(question.kinds ?? traceKinds, context.spec);
  const answers = await resolveAnswers(question, ids, context);
  const spec = {
    version: 1,
    kind: 'causal-trace',
    model: { id: context.model.id, revision: context.model.revision },
    prompt: question.prompt,
    bos,
    tokens: ids,
    subject,
    ...(row === ids.length - 1 ? {} : { answerRow: row }),
    ...answers,
    corruption,
    metric: question.metric ?? 'p',
    ...outcomesOf(context.spec),
    direction: 'restore',
    kinds,
    window,
    groups,
  };
  return parseTraceSpec(spec, context.spec);
}

async function resolveCorruption(
  question: TraceQuestion,
  tokens: readonly PromptToken[],
  bos: boolean,
  context: ResolveContext,
): Promise<{ corruption: TraceSpec['corruption']; subject: Span }> {
  const marked = markedSubject(question, tokens);
  if (question.corruptTo !== undefined) {
    const other = await promptTokens(question.corruptTo, 'corrupt to', bos, context);
    const { corruption, differing } = resolveReplacement(
      { text: question.prompt, tokens },
      { text: question.corruptTo, tokens: other },
    );
    return { corruption, subject: marked ?? differing };
  }
  if (!marked) {
    throw new Error(
      'subject: is missing, got none, expected words of the prompt. Mark the words that are to be hidden.',
    );
  }
  return { corruption: resolveNoise(question, context.sigma), subject: marked };
}

function markedSubject(question: TraceQuestion, tokens: readonly PromptToken[]): Span | null {
  const { subject, subjectRange } = question;
  if (subject !== undefined && subjectRange !== undefined) {
    throw new Error(
      `subject: is given twice, got ${quoted(subject)} and a range, expected one of them. Leave one out.`,
    );
  }
  if (subjectRange !== undefined) return checkRange(subjectRange, tokens);
  return subject === undefined ? null : findSubject(question.prompt, tokens, subject);
}

/** The requested kinds that the model has: attention-only blocks have no MLP. */
function resolveKinds(asked: readonly string[], { dMlp }: ModelSpec): TraceSpec['kinds'] {
  const unknown = asked.find((kind) => !traceKinds.some((known) => known === kind));
  if (unknown !== undefined || asked.length === 0) {
    throw new Error(
      `kinds: unknown, got ${quoted(unknown ?? '')}, expected some of ${traceKinds.join(', ')}.`,
    );
  }
  const kinds = traceKinds.filter((kind) => asked.includes(kind) && (kind !== 'mlp' || dMlp > 0));
  if (kinds.length === 0)
    throw new Error(`kinds: this model has no MLPs, got 'mlp', expected some of hidden, attn.`);
  return kinds;
}

function resolveGroups(asked: readonly string[], subject: Span, T: number): TraceSpec['groups'] {
  const rows: Record<string, Span> = { subject, all: { begin: 0, end: T } };
  return [...new Set(asked)].map((name) => {
    const span = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!span)
      throw new Error(
        `groups: unknown, got ${quoted(name)}, expected some of ${Object.keys(rows).join(', ')}.`,
      );
    return { name, rows: Array.from({ length: span.end - span.begin }, (_, i) => span.begin + i) };
  });
}
