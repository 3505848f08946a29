import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createReferenceForward } from '../../forward/reference/forward';
import type { Figure } from '../../results/document';
import { lengthOf, randomDirection } from '../common/directions';
import { readGolden } from '../testing/goldens';
import { figureOf, largestDifference, openGolden, runStudy } from '../testing/study';
import { steeringExperiment } from './experiment';

const numbers = z.array(z.number());
const responses = z.object({
  ate: numbers,
  halfWidth: numbers,
  standardDeviation: numbers,
  unpaired: numbers,
  incremental: numbers,
});
const steering = z.object({
  answer: z.number(),
  distractor: z.number(),
  prompts: z.array(numbers),
  layer: z.number(),
  alphas: numbers,
  directions: z.record(z.string(), numbers),
  runs: z.array(
    z.object({
      direction: z.string(),
      positions: numbers.nullable(),
      logitDifference: responses,
      p: responses,
    }),
  ),
});

const study = (more: object = {}) => ({
  version: 1,
  kind: 'steering',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [{ prompt: 'a', tokens: [3, 14, 15, 9, 26], answer: { id: 5 }, distractor: { id: 7 } }],
  layers: [0],
  direction: { from: 'unembedding', towards: { id: 5 }, away: { id: 7 } },
  controls: 0,
  ...more,
});
const prompt = (tokens: number[]) => ({ prompt: 'a', tokens });

/** One curve of a single layer, by dose. */
const curve = ({ values, axes }: Figure, c: number): number[] => {
  const n = axes.at(-1)!.labels.length;
  return values.slice(c * n, (c + 1) * n) as number[];
};

it('along a probe with a penalty without end is steering along the difference of means', async () => {
  const golden = await openGolden('tiny-a');
  const sets = {
    towards: [prompt([1, 2, 3]), prompt([4, 5])],
    away: [prompt([6, 7]), prompt([8, 9, 10])],
  };
  const effects = async (direction: object) => {
    const asked = study({ unit: true, layers: [1], direction: { ...direction, ...sets } });
    return figureOf(await runStudy(steeringExperiment, asked, golden), 'effect');
  };
  // X^T Y of two classes of equal size: the difference of means, scaled.
  const means = (await effects({ from: 'means' })).values;
  expect(largestDifference(await effects({ from: 'probe', lambda: 1e9 }), means)).toBeLessThan(1e-6);
  expect(largestDifference(await effects({ from: 'probe', lambda: 1e-3 }), means)).toBeGreaterThan(1e-3);
});

describe('steering', () => {
  it.each(['tiny-a', 'tiny-llama'])(
    'of %s is that of a plain float64 pass, within 1e-6',
    async (name) => {
      const theirs = await readGolden(name, 'steering', steering);
      const golden = await openGolden(name);
      const { alphas, answer, distractor, prompts } = theirs;
      const pair = { answer: { id: answer }, distractor: { id: distractor } };
      const cases = prompts.map((tokens) => ({ prompt: 'a', tokens, ...pair }));
      for (const run of theirs.runs) {
        // One metric per direction, read off the same logits.
        const [metric, theirQ] =
          run.direction === 'random'
            ? (['p', run.p] as const)
            : (['logit-diff', run.logitDifference] as const);
        const positions = run.positions ?? 'all';
        const direction = { from: 'vector', values: theirs.directions[run.direction] };
        const spec = study({
          cases,
          metric,
          alphas,
          layers: [theirs.layer],
          positions,
          direction,
          kl: false,
        });
        const document = await runStudy(steeringExperiment, spec, golden);
        const effect = figureOf(document, 'effect');
        const halves = effect.intervals!.map((interval) => (interval![1] - interval![0]) / 2);
        const spread = [...theirQ.standardDeviation, ...theirQ.unpaired];
        const worst = Math.max(
          largestDifference(effect, theirQ.ate),
          largestDifference({ ...effect, values: halves }, theirQ.halfWidth),
          largestDifference(figureOf(document, 'spread'), spread),
          largestDifference(figureOf(document, 'incremental'), theirQ.incremental),
        );
        expect(worst).toBeLessThan(1e-6);
      }
    },
    20_000,
  );

  it('is bit by bit the unsteered run at dose 0, at every site and layer, for every direction', async () => {
    const { spec: model, weights } = await openGolden('tiny-a');
    const forward = createReferenceForward(model, (name) => weights.get(name)!);
    for (const site of ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out']) {
      const asked = study({ site, layers: [0, 1], controls: 2, alphas: [0, 1] });
      const spec = steeringExperiment.parseSpec(asked, model);
      const direction = Array.from({ length: model.dModel }, (_, d) => Math.sin(d));
      const planned = steeringExperiment.plan(spec, model, 0, [direction, direction]);
      const { runs } = await forward({ runs: planned, reuse: 'naive' });
      const logits = (id: string) => runs[id]!.captures['unembed.hook_out']!.data;
      for (const layer of [0, 1]) {
        for (const set of [0, 1, 2]) {
          expect(logits(`${layer}.${set}.0`)).toEqual(logits('clean'));
          expect(logits(`${layer}.${set}.1`)).not.toEqual(logits('clean'));
        }
      }
    }
  });

  it('is exactly linear where the model is: no final norm, the last residual stream', async () => {
    const golden = await openGolden('tiny-llama');
    const { spec: model, weights } = golden;
    const spec = study({ layers: [model.nLayers - 1], positions: 'answer' });
    const linear = { ...golden, spec: { ...model, finalNorm: false } };
    const table = weights.get(model.tied ? 'embed.W_E' : 'unembed.W_U')!;
    const [a, b] = [5, 7].map((id) => table.subarray(id * model.dModel, (id + 1) * model.dModel));
    const slope = a!.reduce((sum, x, d) => sum + (x - b![d]!) ** 2, 0);
    const document = await runStudy(steeringExperiment, spec, linear);
    for (const value of curve(figureOf(document, 'incremental'), 0)) expect(value).toBeCloseTo(slope, 5);
  });

  it('turns one prompt into another by the difference of their states, after the last block', async () => {
    const golden = await openGolden('tiny-a');
    const towards = [1, 2, 3];
    const [away] = study().cases;
    const steered = study({
      layers: [golden.spec.nLayers - 1],
      positions: 'answer',
      direction: { from: 'means', towards: [prompt(towards)], away: [prompt(away!.tokens)] },
      alphas: [0, 1],
    });
    const other = study({ cases: [{ ...away, tokens: towards }], alphas: [0, 1] });
    const metric = async (spec: object) =>
      curve(figureOf(await runStudy(steeringExperiment, spec, golden), 'metric'), 0);
    const [before, after] = await metric(steered);
    const [want] = await metric(other);
    expect(after).toBeCloseTo(want!, 5);
    expect(before).not.toBeCloseTo(want!, 1);
  });

  it('holds the direction against seeded random ones of its length', async () => {
    const golden = await openGolden('tiny-a');
    expect(lengthOf(randomDirection(3, 1, 64, 2.5))).toBeCloseTo(2.5, 12);
    expect(randomDirection(3, 1, 64, 1)).not.toEqual(randomDirection(3, 0, 64, 1));
    const spec = study({ controls: 4, seed: 3, alphas: [-1, 0, 1] });
    const document = await runStudy(steeringExperiment, spec, golden);
    expect((await runStudy(steeringExperiment, spec, golden)).figures).toEqual(document.figures);
    const effect = figureOf(document, 'effect');
    expect(effect.axes[0]!.labels).toEqual(['the direction', 'random (mean of 4)']);
    expect(effect.varies).toEqual({ what: 'random directions', n: 4 });
    expect(document.notes[1]).toBe('Dose 0 has the logit of the unsteered run, bit by bit.');
    expect(document.unchanged!.runs).toBe(0);
    const kl = curve(figureOf(document, 'kl'), 0);
    expect(kl[1]).toBe(0);
    expect(kl[0]).toBeGreaterThan(0);
  });

  it.each<[object, string]>([
    [
      { direction: { from: 'vector', values: [0, Number.NaN] } },
      'steering: direction.values[1]: wrong value',
    ],
    [{ direction: { from: 'vector', values: [0, 0] } }, 'got zeros only, expected a vector with a length'],
    [{ direction: { from: 'vector', values: [1, 2] } }, 'got 2 numbers, expected'],
    [{ direction: { from: 'means', towards: [], away: [prompt([1])] } }, 'direction.towards: wrong value'],
    [{ direction: { from: 'means', towards: [prompt([1])], away: [prompt([5000])] } }, 'got token id 5000'],
    [
      { direction: { from: 'unembedding', towards: { id: 5 }, away: { id: 5 } } },
      'another token than towards',
    ],
    [
      { alphas: [1, 2] },
      'steering: alphas: wrong value, got 1,2, expected ascending doses with 0 among them.',
    ],
    [{ alphas: [0, 0, 1] }, 'ascending doses'],
    [{ layers: [9] }, 'steering: layers: wrong value, got 9, expected layers below 2.'],
    [{ layers: [] }, 'steering: layers: wrong value, got [], expected at least 1 entries.'],
    [{ positions: 'subject' }, "steering: positions: wrong value, got 'subject'"],
    [{ positions: [9] }, 'got position 9, expected positions below 5'],
    [{ site: 'z' }, 'steering: site: wrong value, got "z"'],
  ])('refuses %j', async (change, sentence) => {
    const { spec } = await openGolden('tiny-a');
    expect(() => steeringExperiment.parseSpec(study(change), spec)).toThrow(sentence);
  });

  it('refuses sets whose states are the same', async () => {
    const direction = { from: 'means', towards: [prompt([1, 2])], away: [prompt([1, 2])] };
    const running = runStudy(steeringExperiment, study({ direction }), await openGolden('tiny-a'));
    await expect(running).rejects.toThrow(
      'steering: direction: has no length, got the same state in layer 0',
    );
  });
});
