import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { listSites } from '../model/sites';
import { GOLDEN_MODELS, type ReadFile, goldenError, goldenSites, loadGolden } from './testing';
import { editedModels, expectEdited, expectWritable, writtenModels } from './testing/edited';
import { BAR, expectHalves, forward, onGpu } from './testing/onGpu';
import type { Run } from './request/types';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

const WITH_HALVES = ['tiny-a', 'tiny-llama', 'tiny-gemma3', 'tiny-bert'];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(GOLDEN_MODELS)('GPU forward of %s', (name) => {
  it('agrees with PyTorch at every hook site', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    let worst = { site: '', error: 0 };
    for (const [testCase, tokens] of golden.cases) {
      const sites = goldenSites(golden, testCase);
      expect(sites.length).toBe(listSites(golden.spec).length - 1);
      const captures = sites.map((site) => ({ site }));
      const together = await forward(golden, model, {
        runs: [{ id: 'a', tokens, captures }],
        reuse: 'wavefront',
      });
      for (const site of sites) {
        const error = await goldenError(golden, testCase, site, together.runs.a!.captures[site]!);
        if (error > worst.error) worst = { site, error };
        expect(error, `${testCase}/${site}`).toBeLessThan(BAR);
      }
      // A single captured site leaves the rest of the pass fused, as in the product.
      const last = sites.at(-1)!;
      const alone = await forward(golden, model, {
        runs: [{ id: 'a', tokens, captures: [{ site: last }] }],
        reuse: 'wavefront',
      });
      const error = await goldenError(golden, testCase, last, alone.runs.a!.captures[last]!);
      expect(error, `${testCase}/fused ${last}`).toBeLessThan(BAR);
    }
    console.info(`${name}: largest relative error ${worst.error.toExponential(1)}, at ${worst.site}`);
  });
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
