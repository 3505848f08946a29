import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { noNorm } from '../../model/families/config';
import { planted } from '../../model/families/planted';
import { slotsOf } from '../../model/families/slots';
import { gpt2Spec } from '../../model/testing';
import { RandomState } from '../../util/random';
import { readGolden } from '../testing/goldens';
import { flatNumbers, GOLDEN_METRICS, nested, pair, pairQuestion } from '../testing/pair';
import { figureOf, largestDifference, openGolden, runStudy } from '../testing/study';
import { mediationExperiment } from './experiment';

const effects = z.object({ nie: nested, nde: nested, remainder: nested, drop: nested });
const effectsGolden = pair.extend({
  te: z.object({ logitDifference: z.number(), p: z.number() }),
  mediators: z.record(z.string(), z.object({ logitDifference: effects, p: effects })),
});

const MEDIATORS = {
  resid_post: 'hook_resid_post',
  resid_post_all_pos: 'hook_resid_post at all positions',
  attn_out: 'hook_attn_out',
  mlp_out: 'hook_mlp_out',
  attn_head_out_all_pos: 'attn.hook_z',
} as const;

/** Tolerance of an effect; the goldens are float64 passes. */
const BAR = 1e-4;

const report = (line: string) => process.stdout.write(`${line}\n`);

describe.each(['tiny-a', 'tiny-llama'])('mediation in %s', (model) => {
  it.each(['logit-diff', 'p'] as const)('has the effects that PyTorch finds: %s', async (metric) => {
    const theirs = await readGolden(model, 'effects', effectsGolden);
    const mediators = Object.keys(MEDIATORS) as (keyof typeof MEDIATORS)[];
    const spec = {
      ...pairQuestion(theirs),
      kind: 'mediation',
      metric,
      corruption: { type: 'twin' },
      mediators,
    };
    const document = await runStudy(mediationExperiment, spec, await openGolden(model));
    const [total] = figureOf(document, 'total').values;
    const errors = [Math.abs(total! - theirs.te[GOLDEN_METRICS[metric]])];
    for (const name of mediators) {
      const { nie, nde, remainder, drop } = theirs.mediators[MEDIATORS[name]]![GOLDEN_METRICS[metric]];
      const all = [nie, nde, remainder, drop].flatMap(flatNumbers);
      errors.push(largestDifference(figureOf(document, name), all));
    }
    const worst = Math.max(...errors);
    report(`${model} effects ${metric}: largest difference ${worst.toExponential(1)} (bar ${BAR})`);
    expect(worst).toBeLessThan(BAR);
  });
});

const golden = await openGolden('tiny-a');
const spec = {
  version: 1,
  kind: 'mediation',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [
    {
      prompt: 'a',
      tokens: [3, 14, 15, 9, 26],
      corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
      subject: { begin: 1, end: 3 },
      answer: { id: 5 },
      distractor: { id: 7 },
    },
  ],
  corruption: { type: 'twin' },
};
const noise = {
  type: 'noise',
  rule: '0.5',
  sigma: 0.5,
  factor: 1,
  samples: 3,
  seed: 1,
  stream: 'mt19937-polar',
};

/** Weights without norms, with uniform attention and all ReLUs on: linear logits. */
function linearModel() {
  const model = {
    ...gpt2Spec({ nLayers: 2, nHeads: 2, dModel: 8, dMlp: 16, dVocab: 40, finalNorm: false }),
    placement: 'none' as const,
    norm: noNorm,
    mlp: { act: 'relu' as const, gated: false },
  };
  const random = new RandomState(7);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of slotsOf(model, planted.modules)) {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.nextNormal());
    if (name.endsWith('mlp.b_in')) values.fill(1000);
    const width = 3 * model.dModel;
    // Zero queries and keys give zero scores.
    if (/attn\.[Wb]_QKV$/.test(name))
      for (const i of values.keys()) if (i % width < 2 * model.dModel) values[i] = 0;
    weights.set(name, values);
  }
  return { ...golden, spec: model, weights };
}

describe('mediation', () => {
  it.each([{ type: 'twin' }, noise])(
    'leaves no direct effect and no remainder past the whole residual stream, exactly: %j',
    async (corruption) => {
      const change = { corruption, mediators: ['resid_pre_all_pos', 'resid_post_all_pos'] };
      const document = await runStudy(mediationExperiment, { ...spec, ...change }, golden);
      const total = figureOf(document, 'total').values[0]!;
      expect(Math.abs(total)).toBeGreaterThan(0.01);
      // Noise enters at the embeddings, so the stream before block 0 also holds all of it.
      for (const name of change.mediators)
        expect(figureOf(document, name).values).toEqual([total, total, 0, 0, 0, 0, total, total]);
    },
  );

  it('has no remainder in a linear model, and one in a real model', async () => {
    const parts = ['resid_post', 'attn_out', 'mlp_out', 'attn_head_out_all_pos'];
    const remainders = async (of: typeof golden, mediators: readonly string[]) => {
      const document = await runStudy(mediationExperiment, { ...spec, mediators }, of);
      const size = Math.abs(figureOf(document, 'total').values[0]!);
      const largest = mediators.map((name) => {
        const { values } = figureOf(document, name);
        const part = values.slice(values.length / 2, (3 * values.length) / 4);
        return Math.max(...part.map((value) => Math.abs(value!))) / size;
      });
      return Math.max(...largest);
    };
    expect(await remainders(linearModel(), [...parts, 'neurons'])).toBeLessThan(1e-9);
    expect(await remainders(golden, parts)).toBeGreaterThan(0.01);
  });

  it('pairs the effects by draw: they add up to the total in every draw, and so in the mean', async () => {
    const change = { corruption: noise, mediators: ['attn_out_all_pos'] };
    const document = await runStudy(mediationExperiment, { ...spec, ...change }, golden);
    const { values, intervals, varies } = figureOf(document, 'attn_out_all_pos');
    expect(varies).toEqual({ what: 'noise draws', n: 3 });
    expect(intervals![0]).not.toBeNull();
    const total = figureOf(document, 'total').values[0]!;
    for (const layer of [0, 1]) {
      const [indirect, direct, remainder, drop] = [0, 2, 4, 6].map((at) => values[at + layer]!);
      expect(indirect! + direct! + remainder!).toBeCloseTo(total, 12);
      expect(indirect! + remainder!).toBeCloseTo(drop!, 12);
    }
  });

  it.each<[object, string]>([
    [{ mediators: ['z'] }, 'mediation: mediators[0]: wrong value, got "z", expected "attn_out" or'],
    [
      { corruption: noise, cases: [{ ...spec.cases[0], subject: undefined }] },
      'mediation: subject: wrong value, got nothing, expected words of the prompt, for noise.',
    ],
    [
      { cases: [{ ...spec.cases[0], corrupted: undefined }] },
      'mediation: the corrupted prompt: wrong value, got nothing, expected a prompt of as many tokens.',
    ],
    [
      { corruption: { ...noise, samples: 0 } },
      'mediation: corruption.samples: wrong value, got 0, expected at least 1.',
    ],
  ])('refuses %j', (change, sentence) => {
    expect(() => mediationExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });
});
