/**
 * The prompt that a model opens with: the first fact that it knows, tried in order until time is
 * up; failing that, the one with the likeliest answer. The choice is remembered with the model, and
 * measured again on each use.
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

/** Milliseconds. The first fact is always finished, however long it takes. */
const BUDGET = 5000;
/** Most facts of a card to try; the shipped list has as many. */
const MOST_FACTS = 40;
/** How many likely tokens to search for one that can be typed. */
const TYPED_AMONG = 12;

export interface FirstPromptOptions {
  readonly context: ResolveContext;
  readonly backend: Pick<Backend, 'forward' | 'weights'>;
  readonly predict: Engine['predict'];
  readonly signal: AbortSignal;
  /** Where to remember the choice; null for nowhere. */
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
  /** Whether the likeliest token begins the fact's answer. */
  readonly isRight: boolean;
}

/**
 * `own`: the card's facts; without any, the shipped ones, or sentences for a classifier. Rejects
 * with an Error, or when aborted.
 */
export async function firstPrompt(own: readonly Fact[], options: FirstPromptOptions): Promise<FirstPrompt> {
  const { context, signal, now = () => performance.now() } = options;
  // Reports what is missing if the model cannot predict anything.
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

/** Rejects if the model cannot be asked this fact. */
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
  // A prompt works even if no token of this model begins its fact's answer.
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

/** Keeps tokens whose text, typed as an answer, is read as the same token. */
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

/** Remembers the chosen fact by weights and facts. A full disk or damaged file stops nothing. */
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
        // It will be found again next time.
      } finally {
        await writer?.close();
      }
    },
  };
}
