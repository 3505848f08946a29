/** Edits of a router, and experts in several buffers: the GPU against the float64 reference. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { createReferenceForward } from './reference/forward';
import type { RunResult } from './request/contract';
import type { Edit, Run } from './request/types';
import { type ReadFile, loadGolden } from './testing';
import { forward, onGpu } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

const tokens = [7, 3, 11, 5];
const rows = [0, 1, 2, 3];
const at = (site: string) => `blocks.0.mlp.${site}`;
const captures = [at('hook_expert_weights'), at('hook_expert_indices'), 'blocks.0.hook_mlp_out'].map(
  (site) => ({
    site,
  }),
);
const set = (site: string, value: number, columns?: readonly [number, number]): Edit => ({
  site: at(site),
  rows,
  op: 'set',
  source: { kind: 'constant', value },
  ...(columns ? { columns } : {}),
});

/** The captures of block 0 under these edits; checks that GPU and reference agree. */
async function edited(edits: readonly Edit[]): Promise<RunResult['captures']> {
  const golden = await loadGolden('tiny-mixtral', read);
  const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
  const request = { runs: [{ id: 'a', tokens, edits, captures }], reuse: 'naive' } as const;
  const [ours, truth] = [await forward(golden, await onGpu(golden, gpu), request), await reference(request)];
  for (const { site } of captures) {
    const [got, want] = [ours.runs.a!.captures[site]!, truth.runs.a!.captures[site]!];
    expect(got.shape).toEqual(want.shape);
    for (const [i, value] of want.data.entries()) expect(got.data[i], site).toBeCloseTo(value, 4);
  }
  return ours.runs.a!.captures;
}

const numbers = (of: RunResult['captures'], site: string) => [...of[site]!.data];

describe('edits of a router', () => {
  it('force an expert, which then has all the weight', async () => {
    const of = await edited([set('hook_router_logits', 1e4, [3, 4])]);
    const chosen = numbers(of, at('hook_expert_indices'));
    expect(rows.map((t) => chosen[2 * t])).toEqual([3, 3, 3, 3]);
    const weights = numbers(of, at('hook_expert_weights'));
    expect(rows.map((t) => weights[5 * t + 3])).toEqual([1, 1, 1, 1]);
  });

  it('forbid experts: the others are chosen, and the last one left has all the weight', async () => {
    const two = numbers(await edited([set('hook_router_logits', -1e30, [0, 3])]), at('hook_expert_indices'));
    expect(new Set(two)).toEqual(new Set([3, 4]));
    const one = await edited([set('hook_router_logits', -1e30, [0, 4])]);
    expect(rows.map((t) => numbers(one, at('hook_expert_weights'))[5 * t + 4])).toEqual([1, 1, 1, 1]);
  });

  it('forbid all: the mixture adds nothing', async () => {
    const none = await edited([set('hook_router_logits', -1e30)]);
    expect(numbers(none, 'blocks.0.hook_mlp_out').every((value) => value === 0)).toBe(true);
  });

  it('take the lower index of equal weights', async () => {
    const of = await edited([set('hook_expert_weights', 0.2)]);
    expect(numbers(of, at('hook_expert_indices'))).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it('take what is written to the choice as the nearest expert, twice if it stands there twice', async () => {
    const site = 'blocks.0.hook_mlp_out';
    const near = async (value: number) => numbers(await edited([set('hook_expert_indices', value)]), site);
    const four = await near(4);
    expect(await near(4.4)).toEqual(four);
    expect(await near(99)).toEqual(four);
    expect(await near(3)).not.toEqual(four);
    const alone = [set('hook_router_logits', -1e30, [0, 4])];
    for (const [i, value] of numbers(await edited(alone), site).entries())
      expect(four[i]).toBeCloseTo(value, 4);
  });
});

describe('experts’ matrices', () => {
  it('in several buffers give the same bits, in either format', async () => {
    for (const name of ['tiny-mixtral', 'tiny-qwen3_moe', 'tiny-gpt_oss']) {
      const golden = await loadGolden(name, read);
      const small = await openGpu({ gpu: navigator.gpu, fakeLimits: { maxBindingBytes: 4096 } });
      const metric = { row: 3, answer: 5 };
      const runs: Run[] = [{ id: 'a', tokens, metric }];
      for (const format of ['f32', 'f16'] as const) {
        const [whole, parts] = [await onGpu(golden, gpu, format), await onGpu(golden, small, format)];
        const cut = [...parts.weights.keys()].filter((tensor) => /experts\.W_\w+#/.test(tensor));
        expect(cut.length).toBeGreaterThan(1);
        const [a, b] = [
          await forward(golden, whole, { runs, reuse: 'naive' }),
          await forward(golden, parts, { runs, reuse: 'naive' }),
        ];
        expect(b.runs.a!.metric).toEqual(a.runs.a!.metric);
      }
      small.destroy();
    }
  });
});
