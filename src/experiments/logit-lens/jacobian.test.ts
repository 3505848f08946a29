import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readGolden } from '../testing/goldens';
import { identity, madeLens, madeMatrix, withLens } from '../testing/lens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { lensExperiment } from './experiment';

const perPosition = z.array(z.array(z.number()));
const golden = z.object({
  clean: z.array(z.number()),
  answer: z.number(),
  distractor: z.number(),
  readout: z.object({ layers: z.array(z.number()), top: perPosition, p: perPosition, rank: perPosition }),
});

const study = (one: object, more: object = {}) => ({
  version: 1,
  kind: 'logit-lens',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [{ prompt: 'a', ...one }],
  states: ['resid_post', 'jacobian'],
  lens: madeLens([0]),
  ...more,
});
const simple = { tokens: [3, 14, 15, 9, 26], answer: { id: 5 }, distractor: { id: 7 } };

describe('the Jacobian lens', () => {
  it.each(['tiny-a', 'tiny-llama'])('of %s reads what TransformerLens’s reads, within 2e-6', async (name) => {
    const { clean, answer, distractor, readout } = await readGolden(name, 'jacobian_lens', golden);
    const model = withLens(await openGolden(name), madeMatrix);
    const one = { tokens: clean, answer: { id: answer }, distractor: { id: distractor } };
    const document = await runStudy(lensExperiment, study(one), model);
    const figure = (reading: string) => figureOf(document, `jacobian_${reading}`);
    expect(figure('p').axes[1]!.labels.map(Number)).toEqual(readout.layers);
    let worst = 0;
    for (const [e, layer] of readout.layers.entries()) {
      for (const t of clean.keys()) {
        const cell = t * readout.layers.length + e;
        expect(figure('top').texts![cell]).toBe(`<${readout.top[e]![t]}>`);
        expect(figure('rank').values[cell], `${layer} ${t}`).toBe(readout.rank[e]![t]);
        worst = Math.max(worst, Math.abs(figure('p').values[cell]! - readout.p[e]![t]!));
      }
    }
    expect(worst).toBeLessThan(2e-6);
  });

  it('with J = I is the logit lens, but for the rounding of a captured state, and stands beside it', async () => {
    const model = withLens(await openGolden('tiny-a'), identity);
    const document = await runStudy(lensExperiment, study(simple), model);
    const [logit, jacobian] = ['resid_post_p', 'jacobian_p'].map((name) => figureOf(document, name));
    const blocks = logit!.axes[1]!.labels;
    expect(blocks).toEqual(['emb', '0', '1']);
    expect(jacobian!.axes[1]!.labels).toEqual(['0', '1']);
    const theirs = logit!.values.filter((_, cell) => cell % blocks.length > 0);
    for (const [cell, p] of jacobian!.values.entries()) expect(p! / theirs[cell]!).toBeCloseTo(1, 5);
    const beside = figureOf(document, 'lenses_p');
    expect(beside.axes[0]!.labels).toEqual(['logit lens', 'Jacobian lens']);
    expect(beside.values[1]).toBe(beside.values[3]);
    expect(document.finding).toContain('through the Jacobian lens “made.pt” (0a1b2c3d, 80 prompts)');
    expect(document.notes.join(' ')).toContain('Jacobian lens: “made.pt” (0a1b2c3d, 80 prompts).');
  });

  it('without the final norm, at the answer alone, over prompts, with fewer layers', async () => {
    const model = withLens(await openGolden('tiny-llama'), madeMatrix);
    const cases = [
      { prompt: 'a', ...simple },
      { prompt: 'b', ...simple, tokens: [1, 2, 3] },
    ];
    const more = { cases, norm: 'none', positions: 'answer' };
    const document = await runStudy(lensExperiment, study({}, more), model);
    expect(figureOf(document, 'lenses_rank').varies).toEqual({ what: 'prompts', n: 2 });
    const lacking = await runStudy(lensExperiment, study(simple, { lens: { ...madeLens([1]) } }), model);
    expect(lacking.notes).toContain('Block 0 has no matrix and is left out of its maps.');
    expect(figureOf(lacking, 'jacobian_p').axes[1]!.labels).toEqual(['1']);
  });

  it.each<[object, string]>([
    [
      { lens: undefined },
      'logit-lens: lens: wrong value, got nothing, expected the Jacobian lens that it reads.',
    ],
    [{ lens: madeLens([2]) }, 'logit-lens: lens: wrong layer, got 2, expected layers below 2.'],
    [{ lens: { ...madeLens([0]), prompts: -1 } }, 'logit-lens: lens.prompts: wrong value'],
  ])('refuses %j', async (change, sentence) => {
    const { spec } = await openGolden('tiny-a');
    expect(() => lensExperiment.parseSpec(study(simple, change), spec)).toThrow(sentence);
  });

  it('refuses more numbers than fit in memory', async () => {
    const { spec } = await openGolden('tiny-a');
    const tokens = new Array<number>(5000).fill(1);
    const cases = Array.from({ length: 100 }, () => ({ prompt: 'a', ...simple, tokens }));
    const wide = { ...spec, nCtx: 5000 };
    expect(() => lensExperiment.parseSpec(study({}, { cases }), wide)).toThrow(
      'logit-lens: positions: wrong value, got 24000000 numbers, expected at most 16000000',
    );
    expect(() => lensExperiment.parseSpec(study({}, { cases, positions: 'answer' }), wide)).not.toThrow();
  });
});
