import { describe, expect, it } from 'vitest';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { attentionCounterfactualExperiment } from './experiment';

const golden = await openGolden('tiny-a');
const one = { prompt: 'a', tokens: [3, 14, 15, 9], answer: { id: 5 }, distractor: { id: 7 } };
const spec = {
  version: 1,
  kind: 'attention-counterfactual',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
};
const run = (change: object) => runStudy(attentionCounterfactualExperiment, { ...spec, ...change }, golden);

describe('attention counterfactuals', () => {
  it.each(['uniform', 'reversed', 'shuffled', 'random'])(
    'changes nothing where there is one key to look at: %s, bit by bit',
    async (rewrite) => {
      const document = await run({ rewrite, cases: [{ ...one, tokens: [3] }] });
      for (const figure of document.figures.filter(({ name }) => name !== 'next_tokens'))
        expect(
          figure.values.every((value) => value === 0),
          figure.name,
        ).toBe(true);
      expect(document.unchanged!.runs).toBe(document.unchanged!.of);
    },
  );

  it('combines to the factual distribution for gamma 0, among the tokens that are kept', async () => {
    const { values } = figureOf(await run({ gamma: 0, epsilon: 1e-12 }), 'next_tokens');
    for (let row = 0; row < values.length; row += 3) expect(values[row + 2]).toBeCloseTo(values[row]!, 12);
  });

  it('keeps the likeliest token alone for epsilon 1', async () => {
    const { values } = figureOf(await run({ epsilon: 1 }), 'next_tokens');
    const combined = values.filter((_, i) => i % 3 === 2);
    expect(combined.filter((p) => p === 1)).toHaveLength(1);
    expect(combined.filter((p) => p === 0)).toHaveLength(combined.length - 1);
  });

  it('has an interval over draws where patterns are drawn, and the same numbers for the same seed', async () => {
    const document = await run({ rewrite: 'shuffled', draws: 3 });
    const heads = figureOf(document, 'kl_heads');
    expect(heads.varies).toEqual({ what: 'draws', n: 3 });
    expect(figureOf(await run({ rewrite: 'shuffled', draws: 3 }), 'kl_heads')).toEqual(heads);
    expect(figureOf(await run({ rewrite: 'shuffled', draws: 3, seed: 9 }), 'kl_heads').values).not.toEqual(
      heads.values,
    );
  });

  it.each<[object, string]>([
    [
      { layers: [1, 1] },
      'attention-counterfactual: layers: wrong value, got 1,1, expected begin < end <= 2.',
    ],
    [
      { layers: [0, 3] },
      'attention-counterfactual: layers: wrong value, got 0,3, expected begin < end <= 2.',
    ],
    [
      { rewrite: 'inverse' },
      'attention-counterfactual: rewrite: wrong value, got "inverse", expected "uniform" or',
    ],
    [{ epsilon: 0 }, 'attention-counterfactual: epsilon: wrong value, got 0, expected more than 0.'],
    [{ draws: 0 }, 'attention-counterfactual: draws: wrong value, got 0, expected at least 1.'],
  ])('refuses %j', (change, sentence) => {
    expect(() => attentionCounterfactualExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(
      sentence,
    );
  });
});
