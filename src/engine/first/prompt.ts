/**
 * The prompt that a model opens on: the first of its facts that it knows, tried in order until time is up; of those
 * that it does not know the one whose answer is likeliest. Which one it was is remembered with the model, and measured
 * again when it is asked for again.
 */
import { resolveAnswers } from '../../experiments/common/answers';
import { findAnswerRow, promptTokens, type ResolveContext } from '../../experiments/common/prompt';
import { findSubject } from '../../experiments/common/subject';
import { type Fact, parseFacts } from '../../load/card';
import type { FileStore } from '../../load/store';
import { TokenizerStopped } from '../../load/tokenizer/connection';
import { sha256OfText } from '../../util/sha256';
import type { Engine, FirstPrompt, NextTokenRow } from '../api';
import type { Backend } from '../backend';
import shipped from './facts.json';
import sentences from './sentences.json';
import { quoted } from '../../util/parse';

/** Milliseconds. The first fact is tried to its end, however long it takes. */
const BUDGET = 5000;
/** Facts of a card that are tried; the shipped list has as many. */
const MOST_FACTS = 40;
/** Likely tokens among which one is looked for that can be typed. */
const TYPED_AMONG = 12;

export interface FirstPromptOptions {
  readonly context: ResolveContext;
  readonly backend: Pick<Backend, 'forward' | 'weights'>;
  readonly predict: Engine['predict'];
  readonly signal: AbortSignal;
  /** Where the choice is remembered; null for nowhere. */
  readonly store: FileStore | null;
  /** For tests. */
  readonly now?: () => number;
}

interface Tried {
  readonly index: number;
  readonly fact: Fact;
  readonly prompt: string;
  readonly tokens: readonly number[];
  readonly p: number;
  /** The likeliest token begins the fact's answer. */
  readonly isRight: boolean;
}

/**
 * `own`: the card's facts; without any, the shipped ones, for a classifier sentences. Rejects with one sentence, or when
 * aborted.
 */
export async function firstPrompt(own: readonly Fact[], options: FirstPromptOptions): Promise<FirstPrompt> {
  const { context, signal, now = () => performance.now() } = options;
  // Says what is missing where nothing can be predicted.
  if (context.spec.head === 'none') findAnswerRow([], context);
  const [table, name] =
    context.spec.head === 'classes' ? [sentences, 'sentences.json'] : [shipped, 'facts.json'];
  const facts = own.length > 0 ? own.slice(0, MOST_FACTS) : parseFacts(table, name);
  const memory = memoryOf(facts, options);
  const remembered = await memory.load();
  const until = now() + BUDGET;
  const inTime = new AbortController();
  const stop = (): void => inTime.abort();
  signal.addEventListener('abort', stop);
  let best: Tried | null = null;
  let problem: unknown = null;
  const timer = setTimeout(() => best && stop(), BUDGET);
  try {
    const order = remembered === null ? facts.keys() : [remembered, ...facts.keys()];
    for (const index of order) {
      signal.throwIfAborted();
      if (best && now() > until) break;
      try {
        const tried = await tryFact(index, facts[index]!, options, inTime.signal);
        if (!best || isBetter(tried, best)) best = tried;
      } catch (error) {
        if (error instanceof TokenizerStopped) throw error;
        if (inTime.signal.aborted && !signal.aborted) break;
        signal.throwIfAborted();
        problem = error;
        continue;
      }
      if (isKnown(best) || (index === remembered && best.index === remembered)) break;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  if (!best) throw problem;
  await memory.save(best.index);
  const rows = await options.predict(best.tokens, TYPED_AMONG);
  const typed = await typeable(rows, best.prompt, context);
  return {
    prompt: best.prompt,
    subject: best.fact.subject,
    answer: typed[0] === rows[0] ? rows[0]!.text : '',
    distractor: typed.find((row) => row !== rows[0])?.text ?? '',
    p: rows[0]!.p,
    isKnown: isKnown(best),
  };
}

const isKnown = ({ isRight, p }: Tried): boolean => isRight && p >= 0.5;

function isBetter(a: Tried, b: Tried): boolean {
  return a.isRight === b.isRight ? a.p > b.p : a.isRight;
}

/** Rejects where the fact cannot be asked of this model. */
async function tryFact(
  index: number,
  fact: Fact,
  { context, backend }: FirstPromptOptions,
  signal: AbortSignal,
): Promise<Tried> {
  const { maskToken, bosDefault } = context;
  const prompt = context.spec.head === 'mlm' ? `${fact.prompt} ${maskToken?.text ?? ''}.` : fact.prompt;
  const placed = await promptTokens(prompt, 'prompt', bosDefault, context);
  findSubject(prompt, placed, fact.subject);
  if (placed.some(({ id }) => id >= context.spec.nEmbeddings))
    throw new Error(`prompt: has a token without an embedding, got ${quoted(prompt)}.`);
  const tokens = placed.map(({ id }) => id);
  const row = findAnswerRow(tokens, context);
  // A prompt can be asked even where no token of this model begins its fact's answer.
  const asked = { prompt: fact.prompt, answer: fact.answer };
  const said = await resolveAnswers(asked, tokens, context).catch(() => null);
  const run = { id: 'clean', tokens, metric: { row, answer: said?.answer.id ?? 0 } };
  const { runs } = await backend.forward({ runs: [run], reuse: 'wavefront' }, { signal });
  const { max, argmax, logSumExp } = runs.clean!.metric!;
  const p = Math.exp(max - logSumExp);
  if (!Number.isFinite(p))
    throw new Error(`prompt: logits are not finite, got p ${p} for ${quoted(prompt)}.`);
  return { index, fact, prompt, tokens, p, isRight: argmax === said?.answer.id };
}

/** Those whose text, typed as an answer, is read as the same token. */
async function typeable(
  rows: readonly NextTokenRow[],
  prompt: string,
  context: ResolveContext,
): Promise<NextTokenRow[]> {
  const read = await Promise.all(
    rows.map((row) => resolveAnswers({ prompt, answer: row.text }, [], context).catch(() => null)),
  );
  return rows.filter(({ id }, i) => read[i]?.answer.id === id && read[i].answer.typed === undefined);
}

/** Which fact it was the last time, by weights and facts. Neither a full disk nor a damaged file stops anything. */
function memoryOf(facts: readonly Fact[], { store, backend, context }: FirstPromptOptions) {
  const key = `${backend.weights.sha256} ${context.bosDefault} ${JSON.stringify(facts)}`;
  const name = `${sha256OfText(key).slice(0, 40)}.first`;
  return {
    async load(): Promise<number | null> {
      const size = await store?.size(name).catch(() => null);
      if (!store || !size || size > 8) return null;
      const text = new TextDecoder().decode(await store.read(name, 0, size).catch(() => new Uint8Array()));
      return /^\d+$/.test(text) && Number(text) < facts.length ? Number(text) : null;
    },
    async save(index: number): Promise<void> {
      const writer = await store?.writer(name).catch(() => null);
      try {
        await writer?.truncate(0);
        await writer?.write(0, new TextEncoder().encode(`${index}`));
      } catch {
        // Found again the next time.
      } finally {
        await writer?.close();
      }
    },
  };
}
