import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../load/tokenizer';
import { gpt2Spec } from '../../model/testing';
import { setProblem, whyUnfit } from './fit';
import type { TypedContext } from './prompt';
import { parseTaskSet } from './set';

const read = (path: string) => readFileSync(new URL(`../../../public/${path}`, import.meta.url), 'utf8');
const shipped = (name: string) => parseTaskSet(read(`sets/${name}.json`), name);

function contextOf(model: string, change: Partial<TypedContext['spec']> = {}): TypedContext {
  const tokenizer = loadTokenizer(JSON.parse(read(`models/${model}/tokenizer.json`)), undefined);
  return {
    spec: {
      ...gpt2Spec({ nLayers: 2, nHeads: 2, dModel: 8, dMlp: 32, nCtx: 64, dVocab: tokenizer.vocabSize }),
      ...change,
    },
    bosDefault: false,
    special: { prefix: [], suffix: [] },
    maskToken: { id: -1, text: '[MASK]' },
    addsSpace: tokenizer.addsSpace,
    encode: async (text) => tokenizer.encode(text),
  };
}
const atlas = contextOf('atlas');

describe('a task set', () => {
  it.each(['atlas-facts', 'capitals', 'two-hop', 'reversal'])('%s suits Atlas', async (name) => {
    expect(
      await whyUnfit(shipped(name), { subject: true, corrupted: true, distractor: true }, atlas),
    ).toBeNull();
  });

  it('of another model says why', async () => {
    expect(await whyUnfit(shipped('planted-recall'), {}, atlas)).toMatch(/begin with a lone space/);
    expect(await whyUnfit(shipped('planted-chain'), {}, contextOf('planted'))).toBeNull();
    expect(await whyUnfit(shipped('capitals'), {}, contextOf('planted'))).toBe(
      'this model does not know its words',
    );
  });

  it('of another model is refused in one sentence about the set, not its first row', async () => {
    const problem = (set: object, needs = {}) =>
      setProblem(set, needs, { ...atlas, readSet: async (name) => read(`sets/${name}.json`) });
    expect(await problem({ name: 'planted-recall' })).toBe(
      'set planted-recall: cannot be asked here: its answers begin with a lone space in this model’s tokens. ' +
        'Choose another set, or open another model.',
    );
    expect(await problem({ name: 'mine', text: '[{"prompt": "a"}]' }, { subject: true })).toMatch(
      /^set mine: cannot be asked here: its prompts have no subject\./,
    );
    expect(await problem({ name: 'capitals' })).toBeNull();
    expect(await problem({ name: 'missing' })).toBeNull();
  });

  const items = [{ prompt: 'The capital of France is', subject: 'France', answer: ' Paris' }];
  it.each([
    [items, {}, {}, null],
    [items, { corrupted: true }, {}, 'its prompts have no twin'],
    [items, { distractor: true }, {}, 'its answers have no distractor'],
    [items, { cases: 4 }, {}, 'it has 1 prompts, 4 are needed'],
    [[{ prompt: 'x' }], { subject: true as const }, {}, 'its prompts have no subject'],
    [items, {}, { head: 'none' as const }, 'this model predicts no tokens'],
    [items, {}, { head: 'mlm' as const }, 'its prompts have no [MASK] for this model to fill in'],
    [items, {}, { nCtx: 4 }, 'its prompts are too long for this model'],
    [
      [{ ...items[0]!, corrupted: 'The capital of the Central African Republic is' }],
      {},
      {},
      'its twins have other numbers of tokens in this model',
    ],
  ])('%j with %j', async (own, needs, change, reason) => {
    expect(await whyUnfit({ items: own }, needs, contextOf('atlas', change))).toBe(reason);
  });
});
