import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BASELINES, type InputGolden, inputErrors, inputSpec } from '../testing/inputGoldens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { inputAttributionExperiment } from './experiment';

const theirs = JSON.parse(readFileSync('reference/goldens/input_attribution.json', 'utf8')) as InputGolden;
const golden = await openGolden('tiny-a');
const run = (more: object = {}, on = golden) =>
  runStudy(inputAttributionExperiment, inputSpec(theirs, more), on);
const ALL = ['integrated-gradients', 'input-x-gradient', 'gradient-norm', 'saliency'];

/** A column of the figure of signed methods. */
async function column(method: string, more: object = {}, on = golden): Promise<number[]> {
  const { values } = figureOf(await run({ ...more, methods: [method] }, on), 'tokens');
  return values as number[];
}

const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
/** As a share of the largest wanted one. */
const distance = (ours: readonly number[], wanted: readonly number[]) =>
  largest(ours.map((value, i) => value - wanted[i]!)) / largest(wanted);

describe('input attribution', () => {
  it.each(Object.keys(theirs.checkpoints).flatMap((name) => BASELINES.map((from) => [name, from] as const)))(
    'of %s from %s is Captum’s, within 1e-6 of the largest entry',
    async (name, baseline) => {
      const errors = await inputErrors(await openGolden(name), theirs, { name, baseline });
      const shown = Object.entries(errors).map(([what, error]) => `${what} ${error.toExponential(1)}`);
      console.warn(`${name}, from ${baseline}: ${shown.join(', ')}`);
      for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-6);
    },
  );

  it.each([
    ['tiny-a', 'zero'],
    ['tiny-a', 'mean'],
    ['tiny-a', 'twin'],
    ['tiny-llama', 'mean'],
    ['tiny-llama', 'twin'],
  ])('of %s from %s adds up, the better the more steps', async (name, baseline) => {
    const on = await openGolden(name);
    const gaps: number[] = [];
    for (const steps of [5, 20, 100]) {
      const document = await run({ baseline, steps }, on);
      const [clean, from, difference, sum, gap] = figureOf(document, 'completeness').values as number[];
      expect(difference).toBeCloseTo(clean! - from!, 12);
      expect(gap).toBeCloseTo(sum! - difference!, 12);
      gaps.push(Math.abs(gap!));
    }
    console.warn(
      `${name}, from ${baseline}: gap ${gaps.map((gap) => gap.toExponential(1)).join(', ')} logits`,
    );
    expect(gaps[1]).toBeLessThan(gaps[0]!);
    expect(gaps[2]).toBeLessThan(gaps[1]!);
    // Captured values are 32-bit.
    expect(gaps[2]).toBeLessThan(1e-6);
  });

  it('says so if it does not add up: from zero in a model whose norms divide the size away', async () => {
    const llama = await openGolden('tiny-llama');
    expect((await run({}, llama)).notes[0]).toMatch(/do not add up here.*Begin at the mean embedding/);
    expect((await run({ steps: 1 })).notes[0]).toMatch(/do not add up here.*Take more steps/);
    expect((await run({})).notes).toEqual([]);
  });

  it('scales with the metric', async () => {
    const [one] = inputSpec(theirs).cases;
    const swapped = { cases: [{ ...one!, answer: one!.distractor, distractor: one!.answer }] };
    const doubled = { ...golden, spec: { ...golden.spec, logitScale: 2 * golden.spec.logitScale } };
    for (const method of ['integrated-gradients', 'input-x-gradient']) {
      const values = await column(method);
      const twice = values.map((value) => 2 * value);
      expect(distance(await column(method, {}, doubled), twice)).toBeLessThan(1e-6);
      const negative = values.map((value) => -value);
      expect(distance(await column(method, swapped), negative)).toBeLessThan(1e-6);
    }
    // dp = p d log p, at one point; along a path p changes.
    const p = Math.exp(figureOf(await run({ metric: 'logprob' }), 'completeness').values[0]!);
    const scaled = (await column('input-x-gradient', { metric: 'logprob' })).map((value) => p * value);
    expect(distance(await column('input-x-gradient', { metric: 'p' }), scaled)).toBeLessThan(1e-6);
  });

  it('sums dimensions to tokens; a norm is the norm of the gradient', async () => {
    const document = await run({ methods: ALL, dimensions: true });
    const D = golden.spec.dModel;
    const rows = (name: string) => {
      const { values, axes } = figureOf(document, `${name} dimensions`);
      expect(axes.map(({ labels }) => labels.length)).toEqual([theirs.prompt.length, D]);
      return theirs.prompt.map((_, t) => (values as number[]).slice(t * D, (t + 1) * D));
    };
    const sum = (row: readonly number[]) => row.reduce((total, value) => total + value, 0);
    const tokens = figureOf(document, 'tokens').values as number[];
    for (const [m, name] of ['integrated-gradients', 'input-x-gradient'].entries())
      for (const [t, row] of rows(name).entries()) expect(tokens[2 * t + m]).toBeCloseTo(sum(row), 12);
    const [l2, l1] = ['gradient-norm', 'saliency'].map((name) => figureOf(document, name).values as number[]);
    for (const [t, row] of rows('gradient-norm').entries()) {
      expect(l2![t]).toBeCloseTo(Math.sqrt(sum(row.map((g) => g * g))), 12);
      expect(l1![t]).toBeCloseTo(sum(row.map(Math.abs)), 12);
    }
  });

  it('of several prompts sums a role’s tokens and averages over the prompts', async () => {
    const [one] = inputSpec(theirs).cases;
    const cases = [one!, { ...one!, tokens: [1, 2, 3], corrupted: undefined }];
    const document = await run({ cases, methods: ['input-x-gradient', 'gradient-norm'] });
    const { axes, values, varies } = figureOf(document, 'tokens');
    expect(axes[0]!.labels).toEqual(['further tokens', 'last token']);
    expect(varies).toEqual({ what: 'prompts', n: 2 });
    const [first, second] = await Promise.all(
      cases.map((only) => column('input-x-gradient', { cases: [only] })),
    );
    const middle = (list: readonly number[]) => list.slice(0, -1).reduce((sum, value) => sum + value, 0);
    expect(values[0]).toBeCloseTo((middle(first!) + middle(second!)) / 2, 12);
    expect(values[1]).toBeCloseTo((first!.at(-1)! + second!.at(-1)!) / 2, 12);
  });

  it('of a continuation: each token is the answer after all tokens before it', async () => {
    const more = { metric: 'logprob', methods: ['integrated-gradients', 'saliency'], steps: 20 };
    const continuation = [8, 5, 8];
    const document = await run({ ...more, continuation });
    const { axes, values } = figureOf(document, 'continuation integrated-gradients');
    expect(axes.map(({ labels }) => labels)).toEqual([
      ['<3>', '<14>', '<15>', '<9>', '<26>', '<8>', '<5>'],
      ['<8>_0', '<5>', '<8>_2'],
    ]);
    const [one] = inputSpec(theirs).cases;
    for (const [j, id] of continuation.entries()) {
      const tokens = [...theirs.prompt, ...continuation.slice(0, j)];
      const cases = [{ prompt: 'a', tokens, answer: { id } }];
      const alone = await column('integrated-gradients', { ...more, cases });
      const ours = axes[0]!.labels.map((_, t) => values[3 * t + j]!);
      expect(ours.slice(tokens.length)).toEqual(Array(2 - j).fill(null));
      expect(distance(ours.slice(0, tokens.length), alone)).toBeLessThan(1e-6);
    }
    const { axes: of, values: sums } = figureOf(document, 'completeness');
    expect(of[1]!.labels).toEqual(['answer', '<8>_0', '<5>', '<8>_2']);
    for (const gap of sums.slice(-4)) expect(Math.abs(gap!)).toBeLessThan(0.01);
    // Its twin says the same.
    const twin = await run({ ...more, cases: [one], continuation: [8], baseline: 'twin' });
    expect(Math.abs(figureOf(twin, 'completeness').values.at(-1)!)).toBeLessThan(0.01);
  });

  it('of an encoder’s class goes through the norm of its embeddings', async () => {
    const classifier = await openGolden('tiny-bert-classifier');
    const [one] = inputSpec(theirs).cases;
    const cases = [{ ...one!, answer: { id: 0 }, distractor: { id: 1 }, answerRow: 0 }];
    const document = await run({ outcomes: 'classes', cases }, classifier);
    expect(Math.abs(figureOf(document, 'completeness').values.at(-1)!)).toBeLessThan(1e-6);
  });

  it('needs no twin unless the path begins at one', () => {
    const [one] = inputSpec(theirs).cases;
    const cases = [{ ...one!, corrupted: undefined }];
    const parse = (more: object) =>
      inputAttributionExperiment.parseSpec(inputSpec(theirs, { cases, ...more }));
    expect(parse({}).baseline).toBe('zero');
    expect(parse({ baseline: 'twin', methods: ['saliency'] }).baseline).toBe('twin');
    expect(() => parse({ baseline: 'twin' })).toThrow(
      'input-attribution: the corrupted prompt: wrong value, got nothing, expected a prompt of as many tokens.',
    );
  });

  it.each<[object, string]>([
    [{ steps: 0 }, 'input-attribution: steps: wrong value, got 0, expected at least 1.'],
    [{ steps: 1e9 }, 'input-attribution: steps: wrong value, got 1000000000, expected at most 1000.'],
    [{ steps: 2.5 }, 'input-attribution: steps: wrong value, got 2.5'],
    [
      { baseline: 'noise' },
      'input-attribution: baseline: wrong value, got "noise", expected "zero" or "mean"',
    ],
    [
      {
        baseline: 'twin',
        cases: [{ ...inputSpec(theirs).cases[0], corrupted: { prompt: 'b', tokens: [1] } }],
      },
      'input-attribution: the corrupted prompt: wrong value, got 1 tokens, expected 5, as many as the prompt has.',
    ],
    [{ methods: [] }, 'input-attribution: methods: wrong value'],
    [
      { methods: ['saliency', 'saliency'] },
      'input-attribution: methods: wrong value, got saliency,saliency, expected each once.',
    ],
    [
      { metric: 'rank' },
      "input-attribution: metric: wrong value, got 'rank', expected a metric with a gradient: p, logprob, logit-diff.",
    ],
    [
      { dimensions: true, cases: Array(2).fill(inputSpec(theirs).cases[0]) },
      'input-attribution: dimensions: wrong value, got 2 prompts, expected one prompt for it.',
    ],
    [
      { continuation: [1] },
      "input-attribution: continuation: wrong value, got metric 'logit-diff', expected 'p' or 'logprob', which need no distractor.",
    ],
    [
      { continuation: Array(21).fill(1), metric: 'p' },
      'input-attribution: continuation: wrong value, got [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], expected at most 20',
    ],
    [
      { continuation: Array(12).fill(1), metric: 'p' },
      'input-attribution: continuation: wrong value, got 17 tokens with the prompt, expected at most 16.',
    ],
    [
      { continuation: [97], metric: 'p' },
      'input-attribution: continuation: wrong value, got token id 97, expected ids below 97.',
    ],
    [
      { continuation: [1], metric: 'p', cases: Array(2).fill(inputSpec(theirs).cases[0]) },
      'input-attribution: continuation: wrong value, got 2 prompts, expected one prompt for it.',
    ],
  ])('refuses %j', (change, sentence) => {
    expect(() => inputAttributionExperiment.parseSpec(inputSpec(theirs, change), golden.spec)).toThrow(
      sentence,
    );
  });
});
