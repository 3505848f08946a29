import { describe, expect, it } from 'vitest';
import type { ResolveContext } from '../../experiments/common/prompt';
import type { Fact } from '../../load/card';
import { memoryStore } from '../../load/testing/memoryStore';
import { gpt2Spec } from '../../model/testing';
import { firstPrompt, type FirstPromptOptions } from './prompt';

/** Uses words as tokens, numbered in order of appearance. */
function wordContext(): ResolveContext {
  const ids = new Map<string, number>();
  const idOf = (word: string) => ids.get(word) ?? ids.set(word, ids.size).size - 1;
  const encode = async (text: string) =>
    Array.from(text.matchAll(/ ?\S+/g), ({ 0: word, index }) => ({
      id: idOf(word),
      text: word,
      bytes: [index, index + word.length] as const,
    }));
  return {
    model: { id: 'test', revision: '1' },
    spec: gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 4, dMlp: 8, nCtx: 16, dVocab: 500 }),
    bosDefault: false,
    special: { prefix: [], suffix: [] },
    maskToken: null,
    sigma: null,
    lens: null,
    addsSpace: false,
    encode,
    decode: (list) => list.map((id) => [...ids.keys()][id] ?? `<unused ${id}>`),
    readSet: () => Promise.reject(new Error('no sets')),
    predict: () => Promise.reject(new Error('the answer is given')),
  };
}

const fact = (subject: string, answer: string): Fact => ({
  relation: 'x',
  prompt: `The sign of ${subject} is`,
  subject,
  answer,
});
const FACTS = [fact('Ash', ' one'), fact('Elm', ' two'), fact('Oak', ' three'), fact('Yew', ' four')];

/**
 * A fake model that predicts, for each subject, a given word with a given p, and counts requests.
 */
function model(
  says: Readonly<Record<string, readonly [string, number]>>,
  over: Partial<FirstPromptOptions> = {},
) {
  const context = wordContext();
  const asked: string[] = [];
  const answer = (tokens: readonly number[]) => {
    const subject = context.decode([tokens[3]!])[0]!.trim();
    return { subject, word: says[subject]?.[0] ?? ' none', p: says[subject]?.[1] ?? 0.01 };
  };
  const backend = {
    weights: { sha256: 'abc', format: 'f32', bytes: 1, notFinite: [] },
    forward: async ({ runs }: { runs: readonly { tokens: readonly number[] }[] }) => {
      const { subject, word, p } = answer(runs[0]!.tokens);
      asked.push(subject);
      const metric = { max: Math.log(p), logSumExp: 0, argmax: (await context.encode(word))[0]!.id };
      return { runs: { clean: { captures: {}, metric } } };
    },
  } as unknown as FirstPromptOptions['backend'];
  const predict: FirstPromptOptions['predict'] = async (tokens) => {
    const { word, p } = answer(tokens);
    const row = async (text: string, share: number) => ({
      id: (await context.encode(text))[0]!.id,
      text,
      p: share,
      logit: 0,
    });
    return [await row(word, p), { id: 499, text: '\n', p: 0.005, logit: 0 }, await row(' other', 0.004)];
  };
  const { signal } = new AbortController();
  return { asked, options: { context, backend, predict, signal, store: null, ...over } };
}

describe('the prompt that a model opens on', () => {
  it('is the first fact that it knows; being sure of something else is not knowing', async () => {
    const { asked, options } = model({ Ash: [' nine', 0.9], Elm: [' two', 0.4], Oak: [' three', 0.6] });
    expect(await firstPrompt(FACTS, options)).toEqual({
      prompt: 'The sign of Oak is',
      subject: 'Oak',
      answer: ' three',
      // A line break cannot be typed as an answer.
      distractor: ' other',
      p: 0.6,
      isKnown: true,
    });
    expect(asked).toEqual(['Ash', 'Elm', 'Oak']);
  });

  it('is the best where it knows none: right before sure', async () => {
    const right = model({ Ash: [' nine', 0.9], Elm: [' two', 0.03], Oak: [' three', 0.02] });
    expect(await firstPrompt(FACTS, right.options)).toMatchObject({
      subject: 'Elm',
      p: 0.03,
      isKnown: false,
    });
    const wrong = model({ Oak: [' nine', 0.2] });
    expect(await firstPrompt(FACTS, wrong.options)).toMatchObject({
      subject: 'Oak',
      answer: ' nine',
      isKnown: false,
    });
  });

  it('may be of a fact whose answer no token begins', async () => {
    const { options } = model({ Oak: [' three', 0.6] });
    expect(await firstPrompt([fact('Oak', ' ')], options)).toMatchObject({ subject: 'Oak', isKnown: false });
  });

  it('stops when time is up, with the best so far', async () => {
    let clock = 0;
    const { asked, options } = model({ Yew: [' four', 1] }, { now: () => (clock += 2000) });
    expect(await firstPrompt(FACTS, options)).toMatchObject({ isKnown: false });
    expect(asked.length).toBeLessThan(4);
    expect(asked.length).toBeGreaterThan(0);
  });

  it('is remembered with the weights, and measured anew', async () => {
    const store = memoryStore();
    const { asked, options } = model({ Oak: [' three', 0.6] }, { store });
    await firstPrompt(FACTS, options);
    asked.length = 0;
    expect(await firstPrompt(FACTS, options)).toMatchObject({ subject: 'Oak', p: 0.6 });
    expect(asked).toEqual(['Oak']);
    // A damaged note counts as absent.
    for (const name of await store.names()) {
      const writer = await store.writer(name);
      await writer.write(0, new TextEncoder().encode('9x9'));
      await writer.close();
    }
    asked.length = 0;
    await firstPrompt(FACTS, options);
    expect(asked).toEqual(['Ash', 'Elm', 'Oak']);
  });

  it('leaves out facts that cannot be asked, says why where none can, and stops when told to', async () => {
    const long = fact(Array.from({ length: 20 }, (_, i) => `w${i}`).join(' '), ' one');
    const { options } = model({ Oak: [' three', 0.6] });
    expect(await firstPrompt([long, FACTS[2]!], options)).toMatchObject({ subject: 'Oak' });
    await expect(firstPrompt([long], options)).rejects.toThrow('prompt: is too long');
    const broken = model({ Ash: [' one', Number.NaN] });
    await expect(firstPrompt([FACTS[0]!], broken.options)).rejects.toThrow('not finite');
    const stopped = AbortSignal.abort();
    await expect(firstPrompt(FACTS, { ...options, signal: stopped })).rejects.toThrow();
    const spec = { ...options.context.spec, head: 'none' as const };
    await expect(firstPrompt(FACTS, { ...options, context: { ...options.context, spec } })).rejects.toThrow(
      'no unembedding',
    );
  });
});
