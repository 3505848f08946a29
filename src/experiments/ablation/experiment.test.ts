import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createReferenceForward } from '../../forward/reference/forward';
import { readGolden } from '../testing/goldens';
import { flatNumbers, GOLDEN_METRICS, levels, pair, pairQuestion } from '../testing/pair';
import { figureOf, largestDifference, openGolden, runStudy } from '../testing/study';
import { ablationExperiment } from './experiment';
import { drawn } from '../common/drawn';

const ablationGolden = pair.extend({
  reference: z.array(z.array(z.number())),
  resample: z.array(z.number()),
  neurons: z.array(z.tuple([z.number(), z.number()])),
  methods: z.record(z.string(), z.record(z.string(), levels)),
});
type AblationGolden = z.infer<typeof ablationGolden>;

/** Our grids by their names in the golden. */
const UNITS = {
  attn_out_all_pos: 'hook_attn_out',
  attn_out: 'hook_attn_out by position',
  mlp_out_all_pos: 'hook_mlp_out',
  mlp_out: 'hook_mlp_out by position',
  attn_head_out_all_pos: 'attn.hook_z',
  attn_head_out_by_pos: 'attn.hook_z by position',
} as const;

const METHODS = {
  zero: 'zero',
  mean: 'mean',
  'mean-per-position': 'mean_per_position',
  resample: 'resample',
} as const;
type Method = keyof typeof METHODS;

/** Tolerance of a metric; the goldens are float64 passes. */
const BAR = 1e-4;

const prompts = (tokens: readonly (readonly number[])[]) => ({
  from: 'prompts',
  prompts: tokens.map((ids, i) => ({ prompt: `${i}`, tokens: ids })),
});

function question(theirs: AblationGolden, method: Method): Record<string, unknown> {
  const common = { ...pairQuestion(theirs), kind: 'ablation', method, scale: 'raw' };
  if (method === 'zero') return common;
  if (method !== 'resample') return { ...common, reference: prompts(theirs.reference) };
  return { ...common, reference: prompts([theirs.resample]), samples: 1, seed: 1 };
}

const report = (line: string) => process.stdout.write(`${line}\n`);

describe.each(['tiny-a', 'tiny-llama'])('ablation of %s', async (model) => {
  const golden = await openGolden(model);
  const theirs = await readGolden(model, 'ablation', ablationGolden);

  it.each(Object.keys(METHODS) as Method[])('is that of PyTorch: %s', async (method) => {
    const names = Object.keys(UNITS) as (keyof typeof UNITS)[];
    const metric = method === 'mean-per-position' ? 'p' : 'logit-diff';
    // One run per neuron: only for the smaller model.
    const neurons = model === 'tiny-llama' ? theirs.neurons : [];
    const units = neurons.length > 0 ? [...names, 'neurons'] : names;
    const spec = { ...question(theirs, method), metric, units };
    const document = await runStudy(ablationExperiment, spec, golden);
    const values = (unit: string) => theirs.methods[METHODS[method]]![unit]![GOLDEN_METRICS[metric]];
    const errors = names.map((unit) =>
      largestDifference(figureOf(document, unit), flatNumbers(values(UNITS[unit]))),
    );
    for (const [i, [layer, neuron]] of neurons.entries()) {
      const level = figureOf(document, 'neurons').values[layer * golden.spec.dMlp + neuron]!;
      errors.push(Math.abs(level - (values('mlp.hook_post')[i] as number)));
    }
    const worst = Math.max(...errors);
    report(`${model} ${method} ${metric}: largest difference ${worst.toExponential(1)} (bar ${BAR})`);
    expect(worst).toBeLessThan(BAR);
  });
});

const golden = await openGolden('tiny-a');
const one = { prompt: 'a', tokens: [3, 14, 15, 9, 26], answer: { id: 5 }, distractor: { id: 7 } };
const spec = {
  version: 1,
  kind: 'ablation',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
  method: 'zero',
};
const reference = prompts([
  [4, 1, 2, 3, 9],
  [8, 8, 1, 20, 21],
  [30, 2, 19, 3, 7],
  [1, 2, 3],
]);

describe('ablation', () => {
  it('of a prompt by its own mean per position changes nothing', async () => {
    const change = { method: 'mean-per-position', reference: { from: 'cases' } };
    const units = ['attn_out', 'mlp_out', 'attn_head_out_by_pos', 'resid_post'];
    const document = await runStudy(ablationExperiment, { ...spec, ...change, units }, golden);
    // The mean comes from 32-bit captures.
    for (const { values } of document.figures)
      expect(Math.max(...values.map((value) => Math.abs(value!)))).toBeLessThan(1e-5);
  });

  it('of the whole residual stream at once leaves the run of the other prompt, exactly', async () => {
    const other = [4, 1, 2, 3, 9];
    const change = { method: 'resample', reference: prompts([other]), samples: 1, seed: 3, scale: 'raw' };
    const document = await runStudy(
      ablationExperiment,
      { ...spec, ...change, units: ['resid_pre_all_pos', 'resid_post_all_pos'] },
      golden,
    );
    const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
    const runs = [{ id: 'other', tokens: other, metric: { row: 4, answer: 5, distractor: 7 } }];
    const { metric } = (await forward({ runs, reuse: 'naive' })).runs.other!;
    const level = metric!.answer - metric!.distractor;
    for (const { values } of document.figures) expect(values).toEqual([level, level]);
  });

  it('of early positions after the last attention loses nothing, and says so', async () => {
    const document = await runStudy(ablationExperiment, { ...spec, units: ['mlp_out'] }, golden);
    expect(figureOf(document, 'mlp_out').values.slice(5, 9)).toEqual([0, 0, 0, 0]);
  });

  it('resamples other prompts of as many tokens, with intervals over them, the same for every part', async () => {
    const change = { method: 'resample', reference, samples: 3, seed: 1, units: ['attn_out_all_pos'] };
    const document = await runStudy(ablationExperiment, { ...spec, ...change }, golden);
    const { varies, intervals, values } = figureOf(document, 'attn_out_all_pos');
    expect(varies).toEqual({ what: 'reference prompts', n: 3 });
    expect(intervals![0]![0]).toBeLessThan(values[0]!);
    const again = await runStudy(ablationExperiment, { ...spec, ...change }, golden);
    expect(figureOf(again, 'attn_out_all_pos').values).toEqual(values);
  });

  it('draws by a seed, without repetition', () => {
    const pool = Array.from({ length: 20 }, (_, i) => i);
    expect(drawn(pool, 8, 1)).toEqual(drawn(pool, 8, 1));
    expect(drawn(pool, 8, 1)).not.toEqual(drawn(pool, 8, 2));
    expect([...drawn(pool, 20, 5)].sort((a, b) => a - b)).toEqual(pool);
  });

  it('tells the loss as a share of the clean level, too', async () => {
    const units = ['mlp_out_all_pos'];
    const dropped = async (scale: string) =>
      figureOf(await runStudy(ablationExperiment, { ...spec, units, scale }, golden), units[0]!).values;
    const [drop, relative, raw] = [await dropped('drop'), await dropped('relative'), await dropped('raw')];
    const clean = drop[0]! + raw[0]!;
    expect(relative[1]).toBeCloseTo(drop[1]! / clean, 12);
  });

  it.each<[object, string]>([
    [{ units: ['z'] }, 'ablation: units[0]: wrong value, got "z", expected "attn_out" or'],
    [
      { units: ['neurons', 'neurons'] },
      'ablation: units: wrong value, got neurons,neurons, expected each grid once.',
    ],
    [{ method: 'mean' }, 'ablation: reference: wrong value, got nothing, expected one, for method mean.'],
    [{ reference }, 'ablation: reference: wrong value, got one, expected nothing, for method zero.'],
    [
      { method: 'mean-per-position', reference },
      'ablation: reference[3]: wrong value, got 3 tokens, expected 5, as many as the prompt has.',
    ],
    [
      { method: 'resample', reference, samples: 4, seed: 1 },
      'ablation: the prompt: wrong value, got 3 other reference prompts of 5 tokens, expected at least 4, the number of samples.',
    ],
    [
      { method: 'mean', reference: prompts([[1000]]) },
      'ablation: reference[0]: wrong value, got token id 1000, expected ids below',
    ],
    [
      { method: 'mean', reference: { from: 'prompts', prompts: [] } },
      'ablation: reference.prompts: wrong value, got [], expected at least 1 entries.',
    ],
  ])('refuses %j', (change, sentence) => {
    expect(() => ablationExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });
});
