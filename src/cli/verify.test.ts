import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Tensor } from '../forward/request/contract';
import { gpt2Spec } from '../model/testing';
import { readGoldens } from './goldens';
import { fakeEngine, fakeInfo, loci } from './testing/fakes';

describe('loci verify', () => {
  const tiny = join(import.meta.dirname, '../../reference/goldens/tiny-c');
  const info = {
    ...fakeInfo,
    title: 'tiny-c',
    spec: gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 8, dMlp: 20, nCtx: 24, dVocab: 29 }),
  };

  /** An engine that returns the golden activations, with `off` added to one number of a site. */
  async function golden(off: { site: string; by: number } | null, reference = 1e-7) {
    const cases = (await readGoldens([tiny]))!;
    return fakeEngine({
      open: async () => info,
      capture: async ({ tokens, sites }) => {
        const own = cases.find((entry) => entry.tokens.join() === tokens.join())!;
        const tensors: Record<string, Tensor> = {};
        for (const site of sites) {
          const { shape, data } = await own.read(site);
          tensors[site] = { shape, data: Float32Array.from(data) };
          if (off?.site === site) tensors[site].data[0]! += off.by;
        }
        return tensors;
      },
      verify: async () => ({
        against: 'float64 reference',
        bar: 2e-5,
        errors: [{ site: 'hook_embed', maxAbsError: reference, scale: 1, relative: reference }],
      }),
    });
  }

  it('prints one line per kind of site and passes', async () => {
    const { code, out, err } = await loci(['verify', '--model', tiny], await golden(null));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^tiny-c on a fake, 3 prompts\nhook site +golden: error/);
    expect(out.split('\n').filter((line) => /^(hook_|ln|attn|mlp|unembed)/.test(line))).toHaveLength(29);
    expect(out).toContain('largest relative error 1.0e-7, bar 2e-5: passed');
  });

  it('fails with exit code 1 when a site is off, and says where', async () => {
    const { code, out, err } = await loci(
      ['verify', '--model', tiny, '--full'],
      await golden({ site: 'blocks.0.attn.hook_z', by: 0.01 }),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/blocks\.0\.attn\.hook_z +1\.0e-2/);
    expect(out).toContain('FAILED');
    expect(err).toMatch(/^verify: .*tiny-c: a site differs by more than 2e-5/);
    expect(
      (await loci(['verify', '--model', tiny], await golden({ site: 'hook_embed', by: Number.NaN }))).code,
    ).toBe(1);
    expect((await loci(['verify', '--model', tiny], await golden(null, 3e-5))).code).toBe(1);
  });

  it('leaves masked scores out', async () => {
    // Query 0 sees only key 0, so entry 1 of the scores is masked.
    const engine = await golden(null);
    const capture = engine.capture;
    const masked = fakeEngine({
      ...engine,
      capture: async (request) => {
        const tensors = await capture(request);
        const scores = tensors['blocks.0.attn.hook_attn_scores']!;
        if (scores.data.length > 1) scores.data[1] = 12345;
        return tensors;
      },
    });
    expect((await loci(['verify', '--model', tiny], masked)).code).toBe(0);
  });

  it('gives a checkpoint without a tokenizer an empty one', async () => {
    const { requests } = await loci(['verify', '--model', tiny], await golden(null));
    const folder = requests[0]!.folder({ kind: 'builtin', id: 'x' })!;
    expect(JSON.parse(await (await folder.readFile('tokenizer.json'))!.text())).toHaveProperty(
      'model.merges',
      [],
    );
    expect(await folder.readFile('loci.json')).toBeNull();
  });

  it('compares with the reference alone where there are no goldens', async () => {
    const cwd = (await loci(['help'])).cwd;
    mkdirSync(join(cwd, 'mine'));
    const errors = [{ site: 'hook_embed', maxAbsError: 0, scale: 1, relative: 0 }];
    const verify = vi.fn(async () => ({ against: 'float64 reference', bar: 2e-5, errors }));
    const bare = await loci(['verify', '--model', 'mine'], fakeEngine({ verify }), { cwd });
    expect(bare.err).toMatch(/--prompt is missing/);
    expect(bare.code).toBe(2);
    const { code, out } = await loci(
      ['verify', '--model', 'mine', '--prompt', 'a b'],
      fakeEngine({ verify }),
      { cwd },
    );
    expect(code).toBe(0);
    expect(verify).toHaveBeenCalledWith([10, 11, 12], 'reference');
    expect(out).toContain('there are no golden activations of this model');
  });

  it('--all takes Atlas and the tiny checkpoints', async () => {
    const open = vi.fn(async () => Promise.reject(new Error('config.json: stop')));
    const { requests } = await loci(['verify', '--all'], fakeEngine({ open }));
    expect(requests).toHaveLength(1);
    expect(open).toHaveBeenCalledWith({ kind: 'builtin', id: 'atlas' }, expect.any(Function), {
      weights: 'f32',
    });
  });
});
