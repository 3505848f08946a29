/**
 * Ablation, mediation, severed traces and knockout on the GPU (the wavefront), compared with the
 * float64 reference (the naive loop), which is checked against PyTorch.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { experimentOf } from '../experiments/registry';
import { resolveWindow } from '../experiments/common/window';
import { type Pair, pairQuestion } from '../experiments/testing/pair';
import { runStudy } from '../experiments/testing/study';
import { loadGolden, type ReadFile } from '../forward/testing';
import { type Gpu, openGpu } from '../gpu/device';
import { gpuForward } from './testing/gpuForward';

/** Largest allowed error of a logit difference. */
const BAR = 1e-4;

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

const noise = {
  type: 'noise',
  rule: '0.3',
  sigma: 0.3,
  factor: 1,
  samples: 2,
  seed: 1,
  stream: 'mt19937-polar',
};
const mean = (tokens: readonly number[]) => ({
  method: 'mean',
  reference: { from: 'prompts', prompts: [{ prompt: 'reference', tokens }] },
});

const STUDIES: readonly [kind: string, fields: (pair: Pair) => object][] = [
  ['ablation', () => ({ method: 'zero', units: ['attn_out', 'mlp_out_all_pos', 'attn_head_out_by_pos'] })],
  ['ablation', ({ corrupted }) => ({ ...mean(corrupted), units: ['attn_head_out_all_pos', 'mlp_out'] })],
  ['mediation', () => ({ corruption: { type: 'twin' } })],
  ['mediation', () => ({ corruption: noise, mediators: ['attn_out', 'resid_post_all_pos'] })],
  ['severed', () => ({ corruption: noise, tokens: 'all' })],
  ['severed', () => ({ corruption: noise, noise: 'continued' })],
  ['knockout', () => ({ window: resolveWindow(1, 2) })],
];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(['tiny-a', 'tiny-llama'])('parts of %s on the GPU', (name) => {
  it('are those of the float64 reference', async () => {
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, gpu);
    const path = `/reference/goldens/experiments/${name}/patching.json`;
    const pair = (await (await fetch(path)).json()) as Pair;
    const question = pairQuestion(pair);
    const cases = (question.cases as object[]).map((one) => ({ ...one, subject: { begin: 2, end: 5 } }));
    for (const [kind, fields] of STUDIES) {
      const spec = { ...question, cases, kind, ...fields(pair) };
      const [ours, reference] = [
        await runStudy(experimentOf(spec), spec, golden, forward),
        await runStudy(experimentOf(spec), spec, golden),
      ];
      const worst = ours.figures.flatMap(({ values }, f) =>
        values.map((value, cell) => Math.abs(value! - reference.figures[f]!.values[cell]!)),
      );
      console.log(`${name} ${kind}: largest difference ${Math.max(...worst).toExponential(1)} logits`);
      expect(Math.max(...worst), kind).toBeLessThan(BAR);
    }
  });
});
