/**
 * Compares ACDC on the GPU with a plain loop over Hugging Face's model in float64
 * (`reference/experiments/acdc.py`).
 */
import { expect, it } from 'vitest';
import { acdcGolden, keptByAcdc } from '../experiments/testing/acdcGoldens';
import { loadGolden, type ReadFile } from '../forward/testing';
import { openGpu } from '../gpu/device';
import { gpuForward } from './testing/gpuForward';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

it.each([
  ['corrupted', 'kl', 0.2],
  ['zero', 'logit-diff', 0.5],
] as const)('keeps the same edges of tiny-a: %s, %s, tau %s', async (ablation, measure, tau) => {
  const theirs = acdcGolden.parse(
    await (await fetch('/reference/goldens/experiments/tiny-a/acdc.json')).json(),
  );
  const golden = await loadGolden('tiny-a', read);
  const forward = await gpuForward(golden, await openGpu({ gpu: navigator.gpu }));
  const graph = theirs.graphs.find(
    (one) => one.ablation === ablation && one.measure === measure && one.tau === tau,
  )!;
  expect(new Set(await keptByAcdc(golden, theirs, graph, forward))).toEqual(new Set(graph.kept));
});
