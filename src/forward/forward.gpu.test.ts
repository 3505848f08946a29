import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { listSites } from '../model/sites';
import { uploadWeights } from '../weights/upload';
import { planForward } from './plan';
import { createReferenceForward } from './reference';
import { executePlan, type GpuModel } from './run';
import { type Golden, type ReadFile, goldenError, goldenSites, loadEditCases, loadGolden } from './testing';
import type { ForwardRequest, ForwardResult, Run } from './types';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

async function onGpu(golden: Golden, gpu: Gpu, budgetFlops = 1e9): Promise<GpuModel> {
  const { buffers } = await uploadWeights(
    gpu,
    golden.spec,
    golden.slots,
    async (name) => golden.weights.get(name)!,
  );
  return { gpu, weights: buffers, budgetFlops };
}

function forward(golden: Golden, model: GpuModel, request: ForwardRequest): Promise<ForwardResult> {
  const plan = planForward(golden.spec, request, model.gpu.limits);
  return executePlan(plan, model, new Map());
}

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(['tiny-a', 'tiny-b', 'tiny-c', 'atlas'])('GPU forward of %s', (name) => {
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
        expect(error, `${testCase}/${site}`).toBeLessThan(2e-5);
      }
      // Alone, a site leaves the rest of the pass fused: the product's path.
      const alone = await forward(golden, model, {
        runs: [{ id: 'a', tokens, captures: [{ site: 'unembed.hook_out' }] }],
        reuse: 'wavefront',
      });
      const error = await goldenError(
        golden,
        testCase,
        'unembed.hook_out',
        alone.runs.a!.captures['unembed.hook_out']!,
      );
      expect(error, `${testCase}/fused logits`).toBeLessThan(2e-5);
    }
    console.info(`${name}: largest relative error ${worst.error.toExponential(1)}, at ${worst.site}`);
  });
});

describe.each(['tiny-a', 'tiny-b'])('GPU edits of %s', (name) => {
  it('agree with PyTorch, from scratch and reusing the base', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    for (const { name: edit, runs, logits } of await loadEditCases(name, read)) {
      const result = await forward(golden, model, { runs, reuse: 'naive' });
      const ours = result.runs.edited!.captures['unembed.hook_out']!.data;
      const error = logits.reduce((max, value, i) => Math.max(max, Math.abs(value - ours[i]!)), 0);
      expect(error, edit).toBeLessThan(5e-5);

      const edited = runs.at(-1)!;
      const T = runs[0]!.tokens!.length;
      const perRow: Run[] = Array.from({ length: T }, (_, row) => ({
        id: `row ${row}`,
        base: 'base',
        edits: edited.edits!,
        metric: { row, answer: 5, distractor: 9 },
      }));
      const request = { runs: [...runs.slice(0, -1), ...perRow] };
      const truth = await reference({ ...request, reuse: 'naive' });
      for (const reuse of ['wavefront', 'forced'] as const) {
        const reused = await forward(golden, model, { ...request, reuse });
        for (const { id } of perRow) {
          const [got, want] = [reused.runs[id]!.metric!, truth.runs[id]!.metric!];
          for (const key of ['answer', 'distractor', 'max', 'logSumExp'] as const) {
            expect(Math.abs(got[key] - want[key]), `${edit} ${reuse} ${id} ${key}`).toBeLessThan(5e-5);
          }
          expect(got.argmax, `${edit} ${id}`).toBe(want.argmax);
          expect(got.rank, `${edit} ${id}`).toBe(want.rank);
        }
      }
    }
  });
});

describe.each(['tiny-a', 'tiny-b'])('every hook site of %s', (name) => {
  it('can be written: the GPU then says what the reference says, and something else than before', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const tokens = [7, 3, 11, 5, 9];
    const row = tokens.length - 1;
    const metric = { row, answer: 5, distractor: 9 };
    const sites = listSites(golden.spec).filter((site) => site.kind !== 'hook_tokens');
    const runs: Run[] = [
      { id: 'base', tokens, metric },
      ...sites.map(
        ({ name: site }): Run => ({
          id: site,
          base: 'base',
          // An offset that differs by column: a constant would cancel in a softmax or a norm.
          edits: [
            {
              site,
              rows: [row],
              op: 'add',
              source: { kind: 'noise', stream: 'mt19937-polar', seed: 3, scale: 0.5, draw: 0 },
            },
          ],
          metric,
        }),
      ),
    ];
    const truth = await reference({ runs, reuse: 'naive' });
    for (const reuse of ['wavefront', 'naive'] as const) {
      const ours = await forward(golden, model, { runs, reuse });
      for (const { name: site } of sites) {
        const [got, want, before] = [
          ours.runs[site]!.metric!,
          truth.runs[site]!.metric!,
          truth.runs.base!.metric!,
        ];
        expect(Math.abs(got.answer - want.answer), `${site} ${reuse}`).toBeLessThan(5e-5);
        expect(Math.abs(got.logSumExp - want.logSumExp), `${site} ${reuse}`).toBeLessThan(5e-5);
        expect(Math.abs(want.answer - before.answer), `${site} changes nothing`).toBeGreaterThan(1e-4);
      }
    }
  });

  it('hook_tokens is the prompt itself', async () => {
    const golden = await loadGolden(name, read);
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
