import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { gridNames } from '../common/grids';
import { gpt2Spec } from '../../model/testing';
import { patchingExperiment } from './experiment';
import { isTooSparse } from './held';

const golden = await openGolden('tiny-a');

/** `reference/goldens/attribution_patching.py`. */
const PEER = JSON.parse(readFileSync('reference/goldens/attribution_patching.json', 'utf8')) as {
  checkpoints: Record<
    string,
    {
      clean: number[];
      corrupted: number[];
      answer: number;
      distractor: number;
      attn_head_out_by_pos: number[][][];
      mlp_out: number[][];
    }
  >;
};
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

  it.each(Object.entries(PEER.checkpoints))(
    'estimates patches of %s as TransformerLens does',
    async (name, { clean, corrupted, answer, distractor, ...peer }) => {
      const model = await openGolden(name);
      const pair = { prompt: 'a', tokens: clean, corrupted: { prompt: 'b', tokens: corrupted } };
      const document = await runStudy(
        patchingExperiment,
        {
          ...spec,
          by: 'estimate',
          scale: 'raw',
          grids: Object.keys(peer),
          cases: [{ ...pair, answer: { id: answer }, distractor: { id: distractor } }],
        },
        model,
      );
      for (const [grid, scores] of Object.entries(peer)) {
        const { values, levels } = figureOf(document, `${grid} estimate`);
        const base = levels!.find((level) => level.name === 'corrupted')!.value;
        const wanted = (scores as number[][] | number[][][]).flat(2) as number[];
        const most = Math.max(...wanted.map(Math.abs));
        const errors = values.map((value, i) => Math.abs(value! - base - wanted[i]!) / most);
        expect(values).toHaveLength(wanted.length);
        expect(Math.max(...errors), grid).toBeLessThan(1e-4);
      }
      expect(document.finding).toMatch(/^By an estimate to first order, putting the clean value/);
    },
  );

  it('has an estimate of every grid, both ways, and says how well it agrees with what is measured', async () => {
    for (const direction of ['denoise', 'noise']) {
      const asked = { ...spec, metric: 'logprob', direction, by: 'estimate', grids: gridNames };
      const { figures } = await runStudy(patchingExperiment, asked, golden);
      expect(figures.map(({ name }) => name)).toEqual(gridNames.map((name) => `${name} estimate`));
      for (const { name, values } of figures) expect(values.every(Number.isFinite), name).toBe(true);
    }
    const grids = ['attn_head_out_all_pos', 'mlp_out'];
    const document = await runStudy(patchingExperiment, { ...spec, by: 'both', grids }, golden);
    const { values, axes } = figureOf(document, 'agreement');
    const row = (i: number) => values.slice(i * axes[1]!.labels.length, (i + 1) * axes[1]!.labels.length);
    for (const [spearman, rSquared, top] of [row(0), row(1)]) {
      expect(spearman).toBeGreaterThan(0.5);
      expect(rSquared).toBeLessThan(1);
      expect(top).toBe(1);
    }
    const points = figureOf(document, 'mlp_out agreement');
    expect(points.values.slice(0, 2)).toEqual([
      figureOf(document, 'mlp_out estimate').values[0],
      figureOf(document, 'mlp_out').values[0],
    ]);
    // Nothing differs before the changed token.
    expect(points.values[0]).toBe(0);
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
    [
      { by: 'estimate', metric: 'rank' },
      "activation-patching: metric: wrong value, got 'rank', expected a metric with a gradient for an estimate.",
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

it('measures the largest estimates only, with the values that measuring all gives', async () => {
  const ask = (by: string) =>
    runStudy(patchingExperiment, { ...spec, by, grids: ['attn_head_out_by_pos', 'neurons'] }, golden);
  const [top, both] = [await ask('top'), await ask('both')];
  for (const name of ['attn_head_out_by_pos', 'neurons']) {
    const [some, all] = [figureOf(top, name).values, figureOf(both, name).values];
    const estimates = figureOf(both, `${name} estimate`);
    expect(figureOf(top, `${name} estimate`)).toEqual(estimates);
    const sizes = estimates.values.map((value) => Math.abs(value!));
    expect(some).toEqual(all.map((value, i) => (some[i] === null ? null : value)));
    const sizesOf = (isMeasured: boolean) => sizes.filter((_, i) => (some[i] !== null) === isMeasured);
    expect(Math.min(...sizesOf(true))).toBeGreaterThanOrEqual(Math.max(...sizesOf(false)));
    expect(some.filter((value) => value !== null)).toHaveLength(20);
    expect(figureOf(top, `${name} agreement`).axes[0]!.labels).toHaveLength(20);
  }
  expect(top.figures.some(({ name }) => name === 'agreement')).toBe(false);
  expect(top.finding).toMatch(/^Of the states with the largest estimates, putting/);
});

it('is planned with as many measurements as there will be', async () => {
  const parsed = patchingExperiment.parseSpec({ ...spec, by: 'top', grids: ['mlp_out', 'neurons'] });
  const { prepare, plan } = patchingExperiment;
  const runs = plan(parsed, golden.spec, 0, prepare!.blank(parsed, golden.spec));
  // Two layers of five positions, and the neurons; the clean run and its twin.
  expect(runs).toHaveLength(2 + 10 + 20);
});

describe('of a long prompt of a model of 12 x 12 heads', () => {
  const model = gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 24, dMlp: 48, nCtx: 256, dVocab: 100 });
  const ofLength = (T: number, by: string) => {
    const tokens = Array.from({ length: T }, (_, t) => t % 50);
    const pair = { tokens, corrupted: { prompt: 'b', tokens: tokens.with(2, 60) } };
    const grids = ['attn_head_pattern_dest_src_pos'];
    return patchingExperiment.parseSpec(
      { ...spec, by, grids, cases: [{ ...spec.cases[0], ...pair }] },
      model,
    );
  };
  const runs = (T: number, by: string) => patchingExperiment.size!(ofLength(T, by), model, 0).runs;

  it('counts the states that are measured, not those that are estimated', () => {
    // 1.44 million entries of patterns.
    expect(runs(100, 'measure')).toBe(2 + 144 * 100 * 100);
    expect(runs(100, 'top')).toBe(2 + 20);
    expect(runs(100, 'estimate')).toBe(2);
  });

  it.each([
    [
      'top',
      120,
      "2,073,600 states, expected at most 2,000,000 with by 'top': fewer grids, or a shorter prompt.",
    ],
    ['estimate', 120, "2,073,600 states, expected at most 2,000,000 with by 'estimate': fewer grids"],
    ['both', 100, "1,440,000 states, expected at most 1,000,000 with by 'both': fewer grids"],
  ])('%s refuses what no document holds: %i tokens', (by, T, sentence) => {
    expect(() => ofLength(T, by)).toThrow(`activation-patching: grids: wrong value, got ${sentence}`);
  });
});

it('leaves the map of the few measured states out where it would not fit beside the estimates', () => {
  expect([900_000, 1_100_000].map((cells) => isTooSparse({ by: 'top' }, 'neurons', cells))).toEqual([
    false,
    true,
  ]);
  expect(isTooSparse({ by: 'top' }, 'neurons estimate', 1_100_000)).toBe(false);
});

it('of several prompts cannot be told which states to measure', () => {
  const cases = [spec.cases[0], spec.cases[0]];
  expect(() => patchingExperiment.parseSpec({ ...spec, cases, by: 'top' })).toThrow(
    "activation-patching: by 'top': wrong value, got 2 prompts, expected one prompt",
  );
});
