import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { elements } from '../../util/elements';
import { forwardFlops } from './cost';
import { planForward } from './plan';
import { GOLDEN_MODELS, loadGolden } from '../testing';

describe.each(GOLDEN_MODELS)('FLOPs of %s', (name) => {
  it('are two per matrix element and position, and attention', async () => {
    const { spec, slots } = await loadGolden(
      name,
      async (path) => new Uint8Array(await readFile(path)).buffer,
    );
    const { nHeads: H, dHead: K, dModel: D, dVocab: V, nLayers: L } = spec;
    const T = 7;
    const matrices = slots.filter((slot) => slot.role === 'matrix');
    // Of a mixture's matrices, only the active experts' share.
    const share = (slot: string) =>
      slot.includes('.experts.') ? spec.experts!.active / spec.experts!.count : 1;
    const weights = matrices.reduce(
      (sum, { name: slot, shape }) => sum + share(slot) * elements(shape),
      V * D,
    );
    // Scores and mix: each a product over K per head and visible pair of positions.
    const pairs = spec.attention.causal ? 28 : 49;
    expect(forwardFlops(spec, T)).toBe(2 * T * weights + 2 * 2 * L * H * K * pairs);
    if (spec.head === 'none') return;
    const run = { id: 'a', tokens: new Array<number>(T).fill(2), captures: [{ site: 'unembed.hook_out' }] };
    const plan = planForward(spec, { runs: [run], reuse: 'naive' }, { maxBindingBytes: 2 ** 27 });
    expect(plan.flops).toBe(forwardFlops(spec, T));
  });
});
