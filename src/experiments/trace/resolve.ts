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

interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

/** What resolving needs of an open model. */
export interface ResolveContext {
  readonly model: { readonly id: string; readonly revision: string };
  readonly spec: ModelSpec;
  /** Default for "add BOS". */
  readonly bosDefault: boolean;
  /** Tokens that "add BOS" puts around a prompt: BOS before it, or [CLS] before and [SEP] after. */
  readonly special: { readonly prefix: readonly SpecialToken[]; readonly suffix: readonly SpecialToken[] };
  /** The token whose logits an encoder is asked for; null for a model that continues its prompt. */
  readonly maskToken: SpecialToken | null;
  readonly sigma: { readonly value: number; readonly rule: string } | null;
  /** The tokenizer reads a space before a text that has none. */
  readonly addsSpace: boolean;
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
  const row = findAnswerRow(ids, context);
  const window = resolveWindow(question.window, context.spec.nLayers);
  const groups = resolveGroups(question.groups ?? [], subject, ids.length);
  const kinds = resolveKinds(question.kinds ?? traceKinds);
  const answers = await resolveAnswer(question, {
    addsSpace: context.addsSpace,
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
    ...(row === ids.length - 1 ? {} : { answerRow: row }),
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
  const tokens = [
    ...added('prefix', bos, context),
    ...context.encode(text),
    ...added('suffix', bos, context),
  ];
  const { nCtx } = context.spec;
  if (tokens.length > nCtx) {
    throw new Error(
      `${where}: is too long for this model, got ${tokens.length} tokens, expected at most ${nCtx}. Shorten it.`,
    );
  }
  return tokens;
}

function added(end: 'prefix' | 'suffix', bos: boolean, { special }: ResolveContext): PromptToken[] {
  if (!bos) return [];
  if (special.prefix.length + special.suffix.length === 0)
    throw new Error('bos: this model has no BOS token, got bos on, expected bos off. Switch it off.');
  return special[end].map((token) => ({ ...token, bytes: null }));
}

/** The last position of a model that continues its prompt, the one mask of an encoder. */
export function findAnswerRow(
  tokens: readonly number[],
  { spec, maskToken }: Pick<ResolveContext, 'spec' | 'maskToken'>,
): number {
  if (spec.head === 'none') {
    throw new Error(
      'answer: this model has no unembedding, got a sentence encoder, expected a model that predicts tokens. ' +
        'Its attention can be read; open another model to trace an answer.',
    );
  }
  if (spec.head !== 'mlm') return tokens.length - 1;
  const masks = tokens.flatMap((id, t) => (id === maskToken?.id ? [t] : []));
  if (masks.length !== 1) {
    throw new Error(
      `prompt: an encoder fills in one masked word, got ${masks.length}, expected one ${maskToken?.text ?? '[MASK]'} in the prompt.`,
    );
  }
  return masks[0]!;
}

function resolveCorruption(
  question: TraceQuestion,
  tokens: readonly PromptToken[],
  bos: boolean,
  context: ResolveContext,
): { corruption: TraceSpec['corruption']; subject: Span } {
  const marked = markedSubject(question, tokens);
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

function markedSubject(question: TraceQuestion, tokens: readonly PromptToken[]): Span | null {
  const { subject, subjectRange } = question;
  if (subject !== undefined && subjectRange !== undefined) {
    throw new Error(
      `subject: is given twice, got '${subject}' and a range, expected one of them. Leave one out.`,
    );
  }
  if (subjectRange !== undefined) return checkRange(subjectRange, tokens);
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
