import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { GOLDEN_MODELS, goldenError, isVariant, loadGolden, type ReadFile } from './testing';
import { editedModels, expectEdited, expectWritable, writtenModels } from './testing/edited';
import { BAR, expectForward, expectHalves, forward, onGpu } from './testing/onGpu';
import type { Run } from './request/types';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

const WITH_HALVES = ['tiny-a', 'tiny-llama', 'tiny-gemma3', 'tiny-bert'];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(GOLDEN_MODELS.filter((name) => !isVariant(name)))('GPU forward of %s', (name) => {
  it('agrees with PyTorch at every hook site', () => expectForward(name, gpu, read));
});

describe('weights as packed halves', () => {
  // Each orientation, grouped heads, norms on both sides, an encoder; the others are long.
  it.each(WITH_HALVES)('%s', (name) => expectHalves(name, gpu, read));
});

describe('an adapter with small bindings', () => {
  it.each(['f32', 'f16'] as const)('reads matrices and tables in parts: %s', async (format) => {
    const golden = await loadGolden('tiny-llama', read);
    const small = await openGpu({ gpu: navigator.gpu, fakeLimits: { maxBindingBytes: 2048 } });
    const model = await onGpu(golden, small, format);
    const parts = [...model.weights.keys()].filter((tensor) => tensor.includes('#'));
    for (const weight of ['embed.W_E', 'blocks.0.attn.W_QKV', 'blocks.1.mlp.W_out'])
      expect(
        parts.some((tensor) => tensor.startsWith(`${weight}#`)),
        weight,
      ).toBe(true);
    const [testCase, tokens] = [...golden.cases].find(([, ids]) => ids.length === 1)!;
    const site = 'unembed.hook_out';
    const { runs } = await forward(golden, model, {
      runs: [{ id: 'a', tokens, captures: [{ site }] }],
      reuse: 'wavefront',
    });
    // The checkpoint itself holds halves.
    expect(await goldenError(golden, testCase, site, runs.a!.captures[site]!)).toBeLessThan(BAR);
    small.destroy();
  });
});

describe.each(editedModels(false))('GPU $what of $name', (edited) => {
  it('agree with PyTorch, from scratch and reusing the base', () => expectEdited(edited, gpu, read));
});

describe.each(writtenModels(false))('every hook site of %s', (name) => {
  it('can be written: the GPU then says what the reference says, and something else than before', () =>
    expectWritable(name, gpu, read));
});

describe('the prompt', () => {
  it('hook_tokens is the prompt itself', async () => {
    const golden = await loadGolden('tiny-a', read);
    const model = await onGpu(golden, gpu);
    const captures = [{ site: 'hook_tokens' }, { site: 'unembed.hook_out' }];
    const runs: Run[] = [
      { id: 'base', tokens: [7, 3, 11] },
      {
        id: 'edited',
        base: 'base',
        edits: [{ site: 'hook_tokens', rows: [1], op: 'set', source: { kind: 'constant', value: 4 } }],
        captures,
      },
      { id: 'typed', tokens: [7, 4, 11], captures },
    ];
    const { runs: results } = await forward(golden, model, { runs, reuse: 'wavefront' });
    expect([...results.edited!.captures.hook_tokens!.data]).toEqual([7, 4, 11]);
    expect(results.edited!.captures).toEqual(results.typed!.captures);
  });
});
