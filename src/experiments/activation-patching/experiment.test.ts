import { describe, expect, it } from 'vitest';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';

const golden = await openGolden('tiny-a');
const spec = {
  version: 1,
  kind: 'activation-patching',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [
    {
      prompt: 'a',
      tokens: [3, 14, 15, 9, 26],
      corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
      answer: { id: 5 },
      distractor: { id: 7 },
    },
  ],
  grids: ['resid_pre', 'attn_head_out_all_pos', 'neurons'],
};

describe('activation patching', () => {
  it('gives back everything at the changed token before block 0, and nothing before it: exactly', async () => {
    const { values, axes } = figureOf(await runStudy(patchingExperiment, spec, golden), 'resid_pre');
    expect(axes.map((axis) => axis.labels.length)).toEqual([2, 5]);
    expect(values.slice(0, 5)).toEqual([0, 0, 1, 0, 0]);
    expect(values.slice(5, 7)).toEqual([0, 0]);
  });

  it('breaks everything in the other direction at the same place', async () => {
    const { values } = figureOf(
      await runStudy(patchingExperiment, { ...spec, direction: 'noise' }, golden),
      'resid_pre',
    );
    expect(values.slice(0, 5)).toEqual([1, 1, 0, 1, 1]);
  });

  it('averages over cases by the tokens’ roles, with the range of both', async () => {
    const [one] = spec.cases;
    const other = {
      ...one!,
      tokens: [3, 1, 2, 15, 9, 26],
      corrupted: { prompt: 'c', tokens: [3, 1, 4, 15, 9, 26] },
    };
    const cases = [
      { ...one!, subject: { begin: 2, end: 3 } },
      { ...other, subject: { begin: 1, end: 3 } },
    ];
    const document = await runStudy(patchingExperiment, { ...spec, cases, grids: ['resid_pre'] }, golden);
    const { axes, values, intervals, ranges, varies } = figureOf(document, 'resid_pre');
    expect(axes[1]!.labels).toEqual([
      'before the subject',
      'subject (one token)',
      'first subject token',
      'last subject token',
      'first token after the subject',
      'further tokens',
      'last token',
    ]);
    expect(values.slice(0, 7)).toEqual([0, 1, 0, 1, 0, 0, 0]);
    expect(varies).toEqual({ what: 'prompts', n: 2 });
    // Two prompts give only a range.
    expect(intervals).toBeUndefined();
    expect(ranges!.length).toBe(values.length);
  });

  it.each<[object, string]>([
    [{ grids: ['z'] }, 'activation-patching: grids[0]: wrong value, got "z", expected "resid_pre" or'],
    [
      { grids: ['resid_pre', 'resid_pre'] },
      'activation-patching: grids: wrong value, got resid_pre,resid_pre, expected each grid once.',
    ],
    [
      { cases: [{ ...spec.cases[0], corrupted: undefined }] },
      'activation-patching: the corrupted prompt: wrong value, got nothing, expected a prompt of as many tokens.',
    ],
    [
      { cases: [{ ...spec.cases[0], corrupted: { prompt: 'b', tokens: [1] } }] },
      'activation-patching: the corrupted prompt: wrong value, got 1 tokens, expected 5, as many as the prompt has.',
    ],
    [{ cases: [] }, 'activation-patching: cases: wrong value, got [], expected at least 1 entries.'],
  ])('refuses %j', (change, sentence) => {
    expect(() => patchingExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });

  it('refuses neurons where blocks have experts', async () => {
    const { spec: model } = await openGolden('tiny-mixtral');
    expect(() => patchingExperiment.parseSpec({ ...spec, grids: ['neurons'] }, model)).toThrow(
      "activation-patching: grids: wrong value, got 'neurons', expected a site that this model has.",
    );
  });
});
