import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createReferenceForward } from '../../forward/reference/forward';
import { readGolden } from '../testing/goldens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { lensExperiment } from './experiment';

const perPosition = z.array(z.array(z.number()));
const lensDla = z.object({
  clean: z.array(z.number()),
  answer: z.number(),
  distractor: z.number(),
  lens: z.object({
    entries: z.array(z.string()),
    topIds: z.array(perPosition),
    topLogits: z.array(perPosition),
    p: z.array(perPosition),
    rank: z.array(perPosition),
    entropy: perPosition,
    klFinalToLens: perPosition,
  }),
});

const study = (one: object, more: object = {}) => ({
  version: 1,
  kind: 'logit-lens',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [{ prompt: 'a', ...one }],
  ...more,
});
const simple = { tokens: [3, 14, 15, 9, 26], answer: { id: 5 }, distractor: { id: 7 } };

describe('logit lens', () => {
  it.each(['tiny-a', 'tiny-llama', 'atlas'])(
    'of %s is TransformerLens’s, within 1e-5',
    async (name) => {
      const { lens, clean, answer, distractor } = await readGolden(name, 'lens_dla', lensDla);
      const one = { tokens: clean, answer: { id: answer }, distractor: { id: distractor } };
      const golden = await openGolden(name);
      const document = await runStudy(
        lensExperiment,
        study(one, { states: ['resid_post', 'resid_mid'] }),
        golden,
      );
      let worst = 0;
      for (const state of ['resid_post', 'resid_mid'] as const) {
        const figure = (reading: string) => figureOf(document, `${state}_${reading}`);
        const { labels } = figure('p').axes[1]!;
        const theirEntry = (label: string): number => {
          const after = Number(label) + 1;
          if (state === 'resid_mid') return lens.entries.indexOf(`${label}_mid`);
          if (label === 'emb') return 0;
          return lens.entries.indexOf(after === golden.spec.nLayers ? 'final_post' : `${after}_pre`);
        };
        for (const [e, label] of labels.entries()) {
          const entry = theirEntry(label);
          expect(entry).toBeGreaterThanOrEqual(0);
          for (const t of clean.keys()) {
            const cell = t * labels.length + e;
            expect(figure('top').texts![cell]).toBe(`<${lens.topIds[entry]![t]![0]}>`);
            expect(figure('rank').values[cell]).toBe(lens.rank[entry]![t]![0]);
            const close = (reading: string, theirs: number) => {
              const difference = Math.abs(figure(reading).values[cell]! - theirs);
              worst = Math.max(worst, difference / Math.max(1, theirs));
            };
            close('p', lens.p[entry]![t]![0]!);
            close('entropy', lens.entropy[entry]![t]!);
            close('kl', lens.klFinalToLens[entry]![t]!);
          }
          const list = figure('list').texts!.slice(5 * e, 5 * e + 5);
          expect(list).toEqual(lens.topIds[entry]!.at(-1)!.map((id) => `<${id}>`));
        }
      }
      expect(worst).toBeLessThan(1e-5);
    },
    20_000,
  );

  it.each(['tiny-a', 'tiny-gemma2', 'tiny-bert', 'tiny-olmo2', 'tiny-phi'])(
    'after the last block of %s is the model itself, bit by bit',
    async (name) => {
      const { spec: model, weights } = await openGolden(name);
      const spec = lensExperiment.parseSpec(study(simple), model);
      const forward = createReferenceForward(model, (weight) => weights.get(weight)!);
      const { runs } = await forward({ runs: lensExperiment.plan(spec, model, 0, []), reuse: 'naive' });
      const logits = (id: string) => runs[id]!.captures['unembed.hook_out']!.data;
      expect(logits(`resid_post.${model.nLayers}`)).toEqual(logits('clean'));
      expect(logits('resid_post.0')).not.toEqual(logits('clean'));
    },
  );

  it('reads without the final norm what the unembedding reads, and sub-layers alone', async () => {
    const golden = await openGolden('tiny-llama');
    const model = { ...golden.spec, finalNorm: false };
    const states = ['resid_post', 'attn_out', 'mlp_out'];
    const document = await runStudy(lensExperiment, study(simple, { states, norm: 'none' }), {
      ...golden,
      spec: model,
    });
    const kl = figureOf(document, 'resid_post_kl');
    const n = kl.axes[1]!.labels.length;
    expect(kl.values.filter((_, cell) => cell % n === n - 1)).toEqual([0, 0, 0, 0, 0]);
    expect(figureOf(document, 'mlp_out_p').axes[1]!.labels).toEqual(['0', '1']);
    expect(document.notes[0]).toContain('without the final norm');
  });

  it('averages over prompts, at the last token only', async () => {
    const cases = [
      { prompt: 'a', ...simple },
      { prompt: 'b', ...simple, tokens: [1, 2, 3] },
    ];
    const golden = await openGolden('tiny-a');
    const two = await runStudy(lensExperiment, study({}, { cases, positions: 'answer' }), golden);
    const [first, second] = await Promise.all(
      cases.map((one) => runStudy(lensExperiment, study({}, { cases: [one], positions: 'answer' }), golden)),
    );
    const values = (document: typeof two) => figureOf(document, 'resid_post_entropy').values as number[];
    const [a, b] = [values(first!), values(second!)];
    expect(values(two)).toEqual(a.map((value, i) => (value + b[i]!) / 2));
    expect(figureOf(two, 'resid_post_entropy').varies).toEqual({ what: 'prompts', n: 2 });
  });

  it('refuses states that a model does not have, and an encoder without its head', async () => {
    const [phi, bert] = [(await openGolden('tiny-phi')).spec, (await openGolden('tiny-bert')).spec];
    expect(() => lensExperiment.parseSpec(study(simple, { states: ['resid_mid'] }), phi)).toThrow(
      "logit-lens: states: wrong value, got 'resid_mid', expected a state that this model has",
    );
    expect(() => lensExperiment.parseSpec(study(simple, { norm: 'none' }), bert)).toThrow(
      "'none' with head mlm",
    );
    expect(() => lensExperiment.parseSpec(study(simple, { positions: 'subject' }))).toThrow(
      "logit-lens: positions: wrong value, got 'subject', expected a subject in every case for it.",
    );
    expect(() => lensExperiment.parseSpec(study(simple, { topK: 0 }))).toThrow('at least 1');
  });
});
