/**
 * From a question as typed to a resolved spec: tokens, positions, sigma and window layers become numbers. Whatever
 * is not clear is refused in one sentence; nothing is guessed.
 */
import type { ModelSpec } from '../../model/spec';
import { resolveAnswer } from './answer';
import { resolveNoise, resolveReplacement } from './corruption';
import { parseTraceSpec } from './parse';
import type { TraceQuestion } from './question';
import { type TraceSpec, traceKinds } from './spec';
import { checkRange, findSubject, type PromptToken, type Span } from './subject';
import { resolveWindow } from './window';

/** What resolving needs of an open model. */
export interface ResolveContext {
  readonly model: { readonly id: string; readonly revision: string };
  readonly spec: ModelSpec;
  /** Default for "add BOS". */
  readonly bosDefault: boolean;
  readonly bosToken: { readonly id: number; readonly text: string } | null;
  readonly sigma: { readonly value: number; readonly rule: string } | null;
  encode(text: string): readonly PromptToken[];
  decode(ids: readonly number[]): readonly string[];
  /** Id of the largest logit after these tokens. */
  predict(tokens: readonly number[]): Promise<number>;
}

/** Rejects with one sentence if the question cannot be resolved for this model. */
export async function resolveQuestion(question: TraceQuestion, context: ResolveContext): Promise<TraceSpec> {
  const bos = question.bos ?? context.bosDefault;
  const tokens = promptTokens(question.prompt, 'prompt', bos, context);
  const ids = tokens.map((token) => token.id);
  const { corruption, subject } = resolveCorruption(question, tokens, bos, context);
  const window = resolveWindow(question.window, context.spec.nLayers);
  const groups = resolveGroups(question.groups ?? [], subject, ids.length);
  const kinds = resolveKinds(question.kinds ?? traceKinds);
  const answers = await resolveAnswer(question, {
    encode: context.encode,
    decode: context.decode,
    predict: () => context.predict(ids),
  });
  const spec = {
    version: 1,
    kind: 'causal-trace',
    model: { id: context.model.id, revision: context.model.revision },
    prompt: question.prompt,
    bos,
    tokens: ids,
    subject,
    ...answers,
    corruption,
    metric: question.metric ?? 'p',
    direction: 'restore',
    kinds,
    window,
    groups,
  };
  return parseTraceSpec(spec, context.spec);
}

function promptTokens(
  text: string,
  where: string,
  bos: boolean,
  context: ResolveContext,
): readonly PromptToken[] {
  if (text.trim() === '') throw new Error(`${where}: is empty, got '${text}', expected some words.`);
  const tokens = [...(bos ? [bosOf(context)] : []), ...context.encode(text)];
  const { nCtx } = context.spec;
  if (tokens.length > nCtx) {
    throw new Error(
      `${where}: is too long for this model, got ${tokens.length} tokens, expected at most ${nCtx}. Shorten it.`,
    );
  }
  return tokens;
}

function bosOf({ bosToken }: ResolveContext): PromptToken {
  if (!bosToken)
    throw new Error('bos: this model has no BOS token, got bos on, expected bos off. Switch it off.');
  return { ...bosToken, bytes: null };
}

function resolveCorruption(
  question: TraceQuestion,
  tokens: readonly PromptToken[],
  bos: boolean,
  context: ResolveContext,
): { corruption: TraceSpec['corruption']; subject: Span } {
  const marked = markedSubject(question, tokens, bos);
  if (question.corruptTo !== undefined) {
    const other = promptTokens(question.corruptTo, 'corrupt to', bos, context);
    const { corruption, differing } = resolveReplacement(tokens, other);
    return { corruption, subject: marked ?? differing };
  }
  if (!marked) {
    throw new Error(
      'subject: is missing, got none, expected words of the prompt. Mark the words that are to be hidden.',
    );
  }
  return { corruption: resolveNoise(question, context.sigma), subject: marked };
}

function markedSubject(question: TraceQuestion, tokens: readonly PromptToken[], bos: boolean): Span | null {
  const { subject, subjectRange } = question;
  if (subject !== undefined && subjectRange !== undefined) {
    throw new Error(
      `subject: is given twice, got '${subject}' and a range, expected one of them. Leave one out.`,
    );
  }
  if (subjectRange !== undefined) return checkRange(subjectRange, tokens.length, bos);
  return subject === undefined ? null : findSubject(question.prompt, tokens, subject);
}

function resolveKinds(asked: readonly string[]): TraceSpec['kinds'] {
  const unknown = asked.find((kind) => !traceKinds.some((known) => known === kind));
  if (unknown !== undefined || asked.length === 0) {
    throw new Error(`kinds: unknown, got '${unknown ?? ''}', expected some of ${traceKinds.join(', ')}.`);
  }
  return traceKinds.filter((kind) => asked.includes(kind));
}

function resolveGroups(asked: readonly string[], subject: Span, T: number): TraceSpec['groups'] {
  const rows: Record<string, Span> = { subject, all: { begin: 0, end: T } };
  return [...new Set(asked)].map((name) => {
    const span = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!span)
      throw new Error(`groups: unknown, got '${name}', expected some of ${Object.keys(rows).join(', ')}.`);
    return { name, rows: Array.from({ length: span.end - span.begin }, (_, i) => span.begin + i) };
  });
}
