/**
 * Activation and path patching on the GPU, compared with TransformerLens's grids and a three-pass
 * path patching in PyTorch.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bothErrors,
  type PatchingGolden,
  patchingErrors,
  type PathGolden,
  pathErrors,
} from '../experiments/testing/patchingGoldens';
import { loadGolden, type ReadFile } from '../forward/testing';
import { type Gpu, openGpu } from '../gpu/device';
import { gpuForward } from './testing/gpuForward';

/** Largest allowed error of a logit difference. */
const BAR = 1e-4;

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

async function readJson<T>(model: string, name: string): Promise<T> {
  return (await fetch(`/reference/goldens/experiments/${model}/${name}.json`)).json() as Promise<T>;
}

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(['tiny-a', 'tiny-llama'])('patching %s on the GPU', (name) => {
  it.each(['denoise', 'noise'] as const)('has the grids of TransformerLens: %s', async (direction) => {
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, gpu);
    const theirs = await readJson<PatchingGolden>(name, 'patching');
    const errors = await patchingErrors(golden, theirs, direction, forward);
    for (const [grid, error] of Object.entries(errors)) expect(error, grid).toBeLessThan(BAR);
    expect(Object.keys(errors).length).toBe(16);
    const worst = Math.max(...Object.values(errors)).toExponential(1);
    console.log(
      `${name} ${direction}: largest difference from TransformerLens over 16 grids ${worst} logits`,
    );
  });

  it('has the paths of the three passes', async () => {
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, gpu);
    const theirs = await readJson<PathGolden>(name, 'path_patching');
    for (const mlps of ['recomputed', 'frozen'] as const) {
      const { worst, paths } = await pathErrors(golden, theirs, 'noise', mlps, forward);
      console.log(`${name} ${mlps}: ${paths} paths, largest difference ${worst.toExponential(1)} logits`);
      expect(worst).toBeLessThan(BAR);
    }
  });
});

describe.each(['tiny-a', 'tiny-llama'])('estimates and measurements of %s together on the GPU', (name) => {
  it.each([
    { direction: 'denoise' },
    { direction: 'noise' },
    { qkFix: true },
    { gradDrop: true, qkFix: true },
  ])('are those of the float64 reference: %j', async (asked) => {
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, gpu);
    const theirs = await readJson<PatchingGolden>(name, 'patching');
    const { error, figures } = await bothErrors(golden, theirs, asked, forward);
    console.log(
      `${name} ${JSON.stringify(asked)}: largest difference over ${figures} figures ${error.toExponential(1)}`,
    );
    expect(error).toBeLessThan(BAR);
  });
});
