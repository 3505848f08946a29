/**
 * KL on the GPU compared with the float64 reference: from runs of earlier sweeps, from given
 * distributions, and with logits in tiles.
 */
import { beforeAll, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { createReferenceForward } from './reference/forward';
import type { MetricRow, Run } from './request/types';
import { type ReadFile, loadGolden } from './testing';
import { forward, onGpu } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

it.each(['tiny-a', 'tiny-llama', 'atlas'])('%s', async (name) => {
  const golden = await loadGolden(name, read);
  const { spec } = golden;
  const prompts = [...golden.cases.values()].filter(({ length }) => length >= 4).slice(0, 2);
  const logProbs = Array.from({ length: spec.dVocab }, (_, id) => -((id * 7) % 11));
  const runs: Run[] = prompts.flatMap((tokens, p): Run[] => {
    const metric: MetricRow = { row: tokens.length - 1, answer: 5 };
    const clean: Run = { id: `clean.${p}`, tokens, metric: { ...metric, kl: { kind: 'given', logProbs } } };
    const of = (id: string, base: string, run: string, alpha: number): Run => ({
      id: `${id}.${p}`,
      base: `${base}.${p}`,
      edits: [{ site: 'blocks.1.hook_resid_pre', rows: [tokens.length - 1], op: 'scale', alpha }],
      metric: { ...metric, kl: { kind: 'run', run: `${run}.${p}` } },
    });
    const parts = [0.3, 0.9, 0.999].map((alpha, k) => of(`part ${k}`, 'clean', 'clean', alpha));
    const same = {
      id: `same.${p}`,
      base: `clean.${p}`,
      metric: { ...metric, kl: { kind: 'run', run: `clean.${p}` } },
    } as const;
    return [clean, ...parts, same, of('of part', 'part 1', 'part 0', 0.5)];
  });
  const truth = (
    await createReferenceForward(spec, (weight) => golden.weights.get(weight)!)({ runs, reuse: 'naive' })
  ).runs;
  const model = await onGpu(golden, gpu);
  let worst = 0;
  for (const reuse of ['wavefront', 'naive', 'forced'] as const) {
    const ours = (await forward(golden, model, { runs, reuse })).runs;
    for (const { id } of runs) {
      const [found, expected] = [ours[id]!.metric!.kl!, truth[id]!.metric!.kl!];
      expect(found, id).toBeGreaterThanOrEqual(0);
      if (id.startsWith('same')) expect(found).toBe(0);
      // The constant allows for the logits' own rounding.
      else worst = Math.max(worst, Math.abs(found - expected) / (expected + 1e-4));
    }
  }
  console.info(
    `${name}: divergences within ${worst.toExponential(1)} (relative, above 1e-4 nats) of float64`,
  );
  expect(worst).toBeLessThan(1e-3);
});
