import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../model/spec';
import { gpt2Spec } from '../../model/testing';
import { parseTraceSpec } from './parse';
import type { TraceSpec } from './spec';

const model = gpt2Spec({ nLayers: 2, nHeads: 2, dModel: 8, dMlp: 32, nCtx: 4, dVocab: 10 });
const good: TraceSpec = {
  version: 1,
  kind: 'causal-trace',
  model: { id: 'tiny', revision: 'local' },
  prompt: 'a b c',
  bos: true,
  tokens: [0, 1, 2, 3],
  subject: { begin: 1, end: 3 },
  answer: { id: 9 },
  distractor: { id: 8, typed: 'two words' },
  corruption: {
    type: 'noise',
    rule: 's3',
    sigma: 0.1,
    factor: 3,
    samples: 10,
    seed: 1,
    stream: 'mt19937-polar',
  },
  metric: 'p',
  direction: 'restore',
  kinds: ['hidden'],
  window: {
    rule: 'depth',
    size: 1,
    layers: [
      [0, 1],
      [1, 2],
    ],
  },
  groups: [{ name: 'subject', rows: [1, 2] }],
};
const noise = good.corruption;
const replaced = (tokens: number[]) => ({ corruption: { type: 'tokens', tokens } });

describe('parseTraceSpec', () => {
  it('keeps a good spec as it is, through JSON', () => {
    expect(parseTraceSpec(JSON.parse(JSON.stringify(good)), model)).toEqual(good);
    expect(parseTraceSpec({ ...good, ...replaced([0, 4, 5, 3]) }, model)).toMatchObject(
      replaced([0, 4, 5, 3]),
    );
  });

  it.each<[object, string]>([
    [{ version: 2 }, 'version: wrong value, got 2, expected 1.'],
    [{ kind: 'edit' }, 'kind: wrong value, got "edit", expected "causal-trace".'],
    [{ tokens: [] }, 'tokens: wrong value, got [], expected at least 1 entries.'],
    [{ tokens: [0, -1, 2, 3] }, 'tokens[1]: wrong value, got -1, expected at least 0.'],
    [
      { subject: { begin: 2, end: 2 } },
      'subject: wrong value, got 2,2, expected begin < end <= 4, the number of tokens.',
    ],
    [
      { subject: { begin: 1, end: 5 } },
      'subject: wrong value, got 1,5, expected begin < end <= 4, the number of tokens.',
    ],
    [
      { corruption: { ...noise, samples: 1001 } },
      'corruption.samples: wrong value, got 1001, expected at most 1000.',
    ],
    [
      replaced([0, 1]),
      'the corrupted prompt: wrong value, got 2 tokens, expected 4, as many as the prompt has.',
    ],
    [
      { metric: 'logit-diff', distractor: undefined },
      'distractor: wrong value, got nothing, expected a second answer, for the logit difference.',
    ],
    [
      { distractor: { id: 9 } },
      "distractor: wrong value, got token id 9, expected another token than the answer's.",
    ],
    [{ kinds: ['mlp', 'mlp'] }, 'kinds: wrong value, got mlp,mlp, expected each kind once.'],
    [
      { groups: [{ name: 'x', rows: [4] }] },
      'groups[0].rows: wrong value, got 4, expected positions below 4.',
    ],
    [
      { groups: [good.groups[0], good.groups[0]] },
      "groups[1].name: wrong value, got 'subject' again, expected a name of its own.",
    ],
    [
      {
        window: {
          ...good.window,
          layers: [
            [0, 1],
            [0, 1],
          ],
        },
      },
      'window.layers[1]: wrong value, got 0,1, expected a range with layer 1 in it.',
    ],
    [{ extra: 1 }, 'unknown field, got "extra".'],
  ])('refuses %j', (change, sentence) => {
    expect(() => parseTraceSpec({ ...good, ...change })).toThrow(new Error(`trace: ${sentence}`));
  });

  it.each<[object, Partial<ModelSpec>, string]>([
    [
      {},
      { nCtx: 3 },
      "the prompt: wrong value, got 4 tokens, expected at most 3, the model's longest prompt.",
    ],
    [{}, { nLayers: 3 }, "window.layers: wrong value, got 2 layers, expected 3, the model's number."],
    [
      {
        window: {
          ...good.window,
          layers: [
            [0, 1],
            [1, 3],
          ],
        },
      },
      {},
      'window.layers[1]: wrong value, got 1,3, expected an end of at most 2.',
    ],
    [
      { tokens: [0, 1, 2, 10] },
      {},
      "the prompt: wrong value, got token id 10, expected ids below 10, the model's vocabulary.",
    ],
    [{ answer: { id: 10 } }, {}, 'answer: wrong value, got token id 10'],
    [{ distractor: { id: 11 } }, {}, 'distractor: wrong value, got token id 11'],
    [replaced([0, 1, 2, 12]), {}, 'the corrupted prompt: wrong value, got token id 12'],
  ])('refuses what does not fit the model: %j with %j', (change, size, sentence) => {
    expect(() => parseTraceSpec({ ...good, ...change })).not.toThrow();
    expect(() => parseTraceSpec({ ...good, ...change }, { ...model, ...size })).toThrow(`trace: ${sentence}`);
  });

  it.each([null, 7, 'x', [], {}])('refuses %j', (json) => {
    expect(() => parseTraceSpec(json)).toThrow(/^trace: /);
  });
});
