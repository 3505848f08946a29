/** Hostile questions: each is refused at once, in one sentence. */
import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../model/testing';
import { range } from '../util/range';
import { experimentOf } from './registry';
import { cpuTime } from '../util/testing';

const model = gpt2Spec({ nLayers: 6, nHeads: 8, dModel: 8, dMlp: 16, nCtx: 200_000, dVocab: 9000 });
const caseOf = (T: number, more: object = {}) => ({
  prompt: 'a',
  tokens: range(0, T).map((t) => t % 9000),
  answer: { id: 1 },
  distractor: { id: 2 },
  ...more,
});
const question = (kind: string, own: object): Record<string, unknown> => ({
  version: 1,
  kind,
  model: { id: 'atlas', revision: 'builtin' },
  bos: true,
  metric: 'logit-diff',
  cases: [caseOf(8)],
  ...own,
});
const mask = { queries: [1], keys: [0] };

const hostile: readonly (readonly [string, () => Record<string, unknown>, string])[] = [
  [
    'a mask of a thousand million blocks',
    () => question('intervention', { masks: [{ ...mask, layers: [0, 1e9] }] }),
    'masks[0].layers[1]: wrong value, got 1000000000, expected at most 1000',
  ],
  [
    'a rewrite of them',
    () => question('intervention', { rewrites: [{ kind: 'uniform', layers: [0, 1e9] }] }),
    'rewrites[0].layers[1]: wrong value',
  ],
  [
    'masks of all positions of many prompts',
    () =>
      question('intervention', {
        cases: Array(5000).fill(caseOf(50)),
        masks: Array(1000).fill({ queries: 'all', keys: 'all' }),
      }),
    'at most 4000000 in all',
  ],
  [
    'many snippets',
    () =>
      question('intervention', {
        edits: range(0, 40).map((i) => ({ site: 'hook_embed', op: 'snippet', code: `// ${i}` })),
      }),
    '40 different snippets, expected at most 32',
  ],
  [
    '100,000 edits',
    () =>
      question('intervention', { edits: Array(100_000).fill({ site: 'hook_embed', op: 'scale', alpha: 2 }) }),
    'edits: wrong value',
  ],
  [
    'a prompt of 200,000 tokens',
    () => question('logit-lens', { cases: [caseOf(200_000)] }),
    'tokens: wrong value',
  ],
  [
    '20,000 prompts',
    () => question('logit-lens', { cases: Array(20_000).fill(caseOf(3)) }),
    'cases: wrong value',
  ],
  [
    'prompts that are long together',
    () => question('logit-lens', { cases: Array(11).fill(caseOf(100_000)) }),
    '1100000 tokens of all prompts, expected at most 1000000',
  ],
  [
    'a knockout between all tokens of a long prompt, a thousand times',
    () =>
      question('knockout', {
        cases: [caseOf(100_000)],
        pairs: range(0, 900).map((i) => ({ name: `${i}`, queries: 'all', keys: 'start' })),
        window: { rule: 'fixed', size: 1, layers: [[0, 1]] },
      }),
    'at most 4000000 in all',
  ],
  [
    'windows of a thousand million blocks',
    () => question('knockout', { window: { rule: 'fixed', size: 1, layers: [[0, 1e9]] } }),
    'window.layers[0][1]: wrong value',
  ],
  [
    'a graph of positions without end',
    () =>
      question('graph', {
        positions: 'tokens',
        cases: [
          caseOf(20_000, { corrupted: { prompt: 'b', tokens: range(0, 20_000).map((t) => t % 9000) } }),
        ],
      }),
    'a shorter prompt, or nodes that stand for all positions',
  ],
  ['a thousand million random graphs', () => question('graph', { random: 1e9 }), 'random: wrong value'],
  [
    'a thousand million steps',
    () => question('input-attribution', { steps: 1e9 }),
    'steps: wrong value, got 1000000000, expected at most 1000',
  ],
  [
    'a thousand gradients of a long prompt, on the host together',
    () => question('input-attribution', { cases: [caseOf(100_000)], steps: 1000 }),
    'steps: wrong value, got 1000 gradients of 100000 tokens x 8 dimensions, expected at most 167',
  ],
  [
    'dimensions of a long prompt',
    () => question('input-attribution', { cases: [caseOf(100_000)], dimensions: true, steps: 1 }),
    'dimensions: wrong value, got 2400000 numbers, expected at most 2000000',
  ],
  [
    'doses in every block',
    () => question('steering', { direction: { from: 'vector', values: [1] }, layers: range(0, 2000) }),
    'layers: wrong value',
  ],
];

/** Counted by the model's sizes. */
const NEEDS_MODEL = /nodes that stand|gradients of|2400000 numbers/;

describe('a question', () => {
  it.each(hostile)('of %s is refused at once', (_, make, message) => {
    const asked = make();
    const experiment = experimentOf(asked);
    const began = cpuTime();
    // With the model too, which expands more.
    for (const spec of [undefined, model]) {
      if (NEEDS_MODEL.test(message) && !spec) continue;
      expect(() => experiment.parseSpec(asked, spec)).toThrow(message);
    }
    expect(cpuTime() - began).toBeLessThan(3000);
  });

  it('of ten thousand prompts is checked in one pass', () => {
    const cases = range(0, 10_000).map((i) =>
      caseOf(12, { prompt: `a${i}`, tokens: range(i % 5000, (i % 5000) + 12), label: `s:${i}` }),
    );
    const prompts = cases.map(({ prompt, tokens }) => ({ prompt, tokens }));
    const own = {
      method: 'resample',
      samples: 1,
      seed: 1,
      units: ['attn_out_all_pos'],
      reference: { from: 'prompts', prompts },
    };
    const asked = [
      question('ablation', { cases, ...own }),
      question('selectivity', { cases, recallCases: 5000 }),
      question('probe', { cases, classes: cases.map((_, i) => `${i % 2}`), layers: [0] }),
    ];
    const began = cpuTime();
    for (const json of asked) experimentOf(json).parseSpec(json, model);
    expect(cpuTime() - began).toBeLessThan(6000);
  });

  it('of a knockout of a long prompt is checked in one pass', () => {
    const pairs = [{ queries: range(50_000, 99_999), keys: range(0, 99_998) }];
    const asked = question('knockout', {
      cases: [caseOf(100_000)],
      pairs,
      window: { rule: 'fixed', size: 1, layers: range(0, 6).map((l) => [l, l + 1]) },
    });
    const began = cpuTime();
    expect(() => experimentOf(asked).parseSpec(asked, model)).toThrow('no key left for position 50000');
    expect(cpuTime() - began).toBeLessThan(2000);
  });
});
