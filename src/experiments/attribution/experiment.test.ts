import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readGolden } from '../testing/goldens';
import { figureOf, largestDifference, openGolden, runStudy } from '../testing/study';
import { attributionExperiment } from './experiment';

const pair = z.array(z.number()).length(2);
const lensDla = z.object({
  clean: z.array(z.number()),
  answer: z.number(),
  distractor: z.number(),
  attribution: z.object({
    logit: pair,
    labels: z.array(z.string()),
    components: z.array(pair),
    ln_final_bias: pair,
    b_U: pair,
    heads: z.array(z.array(pair)),
    b_O: z.array(pair),
    neurons: z.array(z.array(pair)),
    b_mlp: z.array(pair),
    sources: z.array(z.array(z.array(pair))),
  }),
});

const study = (one: object, more: object = {}) => ({
  version: 1,
  kind: 'attribution',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [{ prompt: 'a', ...one }],
  parts: ['components', 'heads', 'neurons', 'sources'],
  ...more,
});
const simple = { tokens: [3, 14, 15, 9, 26], answer: { id: 5 }, distractor: { id: 7 } };

describe('direct logit attribution', () => {
  it.each(['tiny-a', 'tiny-llama', 'atlas'])('of %s is TransformerLens’s, within 5e-6', async (name) => {
    const theirs = await readGolden(name, 'lens_dla', lensDla);
    const { attribution: dla, answer, distractor } = theirs;
    const one = { tokens: theirs.clean, answer: { id: answer }, distractor: { id: distractor } };
    const golden = await openGolden(name);
    const document = await runStudy(attributionExperiment, study(one, { topNeurons: 1000 }), golden);
    const difference = ([a, b]: readonly number[]) => a! - b!;
    const figure = (part: string) => figureOf(document, part);

    const components = figure('components');
    expect(components.axes[0]!.labels.slice(0, dla.labels.length)).toEqual(dla.labels);
    const biases = [dla.ln_final_bias, ...(golden.spec.bias.unembed ? [dla.b_U] : [])];
    const ours = { ...components, values: components.values.slice(0, dla.labels.length) };
    expect(largestDifference(ours, dla.components.map(difference))).toBeLessThan(5e-6);
    const rest = components.values.slice(dla.labels.length);
    expect(rest.length).toBe(golden.spec.norm.hasBias ? biases.length : 0);
    for (const [i, value] of rest.entries()) expect(value).toBeCloseTo(difference(biases[i]!), 5);
    expect(components.levels![0]!.value).toBeCloseTo(difference(dla.logit), 4);

    expect(largestDifference(figure('heads'), dla.heads.flat().map(difference))).toBeLessThan(5e-6);
    expect(largestDifference(figure('sources'), dla.sources.flat(2).map(difference))).toBeLessThan(5e-6);
    const neurons = figure('neurons');
    for (const [i, label] of neurons.axes[0]!.labels.slice(0, -1).entries()) {
      const [, layer, neuron] = /^L(\d+)N(\d+)$/.exec(label)!;
      expect(Math.abs(neurons.values[i]! - difference(dla.neurons[+layer!]![+neuron!]!))).toBeLessThan(5e-6);
    }
    if (golden.spec.bias.o) {
      const theirBiases = dla.b_O.flatMap((b_O, l) => [difference(b_O), difference(dla.b_mlp[l]!)]);
      expect(largestDifference(figure('biases'), theirBiases)).toBeLessThan(5e-6);
    }
  });

  // All norm placements, grouped heads, soft caps, RMS and layer norms, with or without weights.
  it.each([
    'tiny-a',
    'tiny-gemma2',
    'tiny-gemma3',
    'tiny-cohere',
    'tiny-gpt_neox',
    'tiny-gptj',
    'tiny-granite',
    'tiny-llama-bias',
    'tiny-llama-untied',
    'tiny-mistral',
    'tiny-olmo',
    'tiny-olmo2',
    'tiny-opt',
    'tiny-phi',
    'tiny-qwen3',
  ])(
    'sums of %s are exact: components to the logit, heads and neurons to sub-layers, sources to heads',
    async (name) => {
      const golden = await openGolden(name);
      for (const metric of ['logit-diff', 'p']) {
        const document = await runStudy(attributionExperiment, study(simple, { metric }), golden);
        const { values, axes } = figureOf(document, 'differences');
        expect(axes[0]!.labels).toEqual(['components', 'heads', 'neurons', 'sources']);
        // Captures are 32-bit.
        for (const value of values) expect(value).toBeLessThan(1e-6);
        const { values: components, levels } = figureOf(document, 'components');
        const sum = components.reduce<number>((total, value) => total + value!, 0);
        expect(Math.abs(sum - levels![0]!.value)).toBeLessThan(1e-6);
        expect(figureOf(document, 'accumulated').values.at(-1)).toBeCloseTo(sum, 9);
      }
    },
  );

  it('averages over prompts: sources by the role of the token that is read', async () => {
    const cases = [
      { prompt: 'a', ...simple, subject: { begin: 1, end: 3 } },
      { prompt: 'b', ...simple, tokens: [3, 1, 2, 15, 9, 26], subject: { begin: 2, end: 3 } },
    ];
    const document = await runStudy(attributionExperiment, study({}, { cases }), await openGolden('tiny-a'));
    const heads = figureOf(document, 'heads');
    const sources = figureOf(document, 'sources');
    expect(heads.varies).toEqual({ what: 'prompts', n: 2 });
    const roles = sources.axes[2]!.labels.length;
    for (const [cell, head] of heads.values.entries()) {
      const own = sources.values.slice(cell * roles, (cell + 1) * roles);
      expect(own.reduce<number>((sum, value) => sum + value!, 0)).toBeCloseTo(head!, 5);
    }
  });

  it('refuses models whose logit is no sum, too many neurons, and parts named twice', async () => {
    const { spec: bert } = await openGolden('tiny-bert');
    expect(() => attributionExperiment.parseSpec(study(simple), bert)).toThrow(
      'attribution: model: wrong value, got bert (norms: post, head: mlm), expected a decoder whose last residual stream is a sum',
    );
    const cases = Array.from({ length: 10_000 }, () => ({ prompt: 'a', ...simple }));
    const { spec } = await openGolden('tiny-a');
    expect(() =>
      attributionExperiment.parseSpec(study({}, { cases, parts: ['neurons'] }), { ...spec, dMlp: 768 }),
    ).toThrow(/neurons of 10000 cases .* expected at most 2604 cases with neurons/);
    expect(() => attributionExperiment.parseSpec(study(simple, { parts: ['heads', 'heads'] }))).toThrow(
      'each once',
    );
    expect(() => attributionExperiment.parseSpec(study(simple, { topNeurons: 0 }))).toThrow('at least 1');
  });

  it('of a mixture of experts has each MLP as one component, and no neurons', async () => {
    const golden = await openGolden('tiny-mixtral');
    const parts = ['components', 'heads'];
    const document = await runStudy(attributionExperiment, study(simple, { parts }), golden);
    const { values, levels } = figureOf(document, 'components');
    const sum = values.reduce<number>((total, value) => total + value!, 0);
    expect(Math.abs(sum - levels![0]!.value)).toBeLessThan(1e-6);
    expect(() => attributionExperiment.parseSpec(study(simple, { parts: ['neurons'] }), golden.spec)).toThrow(
      "attribution: parts: wrong value, got 'neurons', expected a model without experts for it.",
    );
  });
});
