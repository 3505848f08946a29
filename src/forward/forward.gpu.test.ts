import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { listSites } from '../model/sites';
import { compareTensors } from './reference/compare';
import { createReferenceForward } from './reference/forward';
import {
  GOLDEN_EDITED_MODELS,
  GOLDEN_INTERVENED_MODELS,
  GOLDEN_MODELS,
  GOLDEN_MOVED_MODELS,
  type ReadFile,
  goldenError,
  goldenSites,
  loadEditCases,
  loadGolden,
  loadInterventions,
  loadMoved,
} from './testing';
import { BAR, expectHalves, forward, onGpu, worstOf } from './testing/onGpu';
import type { Run } from './request/types';
import type { RowMetric } from './request/contract';

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
      // Alone, a site leaves the rest of the pass fused: the product's path.
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
  // One of each orientation, with grouped heads, with a norm on both sides, an encoder; the others are long.
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

/** Largest difference of what is known of two logits rows, over the largest logit. */
function metricError(ours: RowMetric, theirs: RowMetric): number {
  const fields = ['answer', 'distractor', 'max', 'logSumExp'] as const;
  const scale = Math.max(1, ...fields.map((field) => Math.abs(theirs[field])));
  return Math.max(...fields.map((field) => Math.abs(ours[field] - theirs[field]) / scale));
}

describe.each([
  ...GOLDEN_EDITED_MODELS.map((name) => ({ name, what: 'edits', load: loadEditCases })),
  ...GOLDEN_INTERVENED_MODELS.map((name) => ({ name, what: 'masks and rewrites', load: loadInterventions })),
  ...GOLDEN_MOVED_MODELS.map((name) => ({ name, what: 'moved rows and positions', load: loadMoved })),
])('GPU $what of $name', ({ name, load }) => {
  it('agree with PyTorch, from scratch and reusing the base', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const errors = new Map<string, number>();
    for (const { name: edit, runs, output, values } of await load(name, read)) {
      const result = await forward(golden, model, { runs, reuse: 'naive' });
      const { relative } = compareTensors(result.runs.edited!.captures[output]!.data, values);
      errors.set(edit, relative);
      expect(relative, edit).toBeLessThan(BAR);
      if (golden.spec.head === 'none') continue;

      const edited = runs.at(-1)!;
      const T = runs[0]!.tokens!.length;
      const perRow: Run[] = Array.from({ length: T }, (_, row) => ({
        ...edited,
        id: `row ${row}`,
        captures: [],
        metric: { row, answer: 1, distractor: 0 },
      }));
      const request = { runs: [...runs.slice(0, -1), ...perRow] };
      const truth = await reference({ ...request, reuse: 'naive' });
      for (const reuse of ['wavefront', 'forced'] as const) {
        const reused = await forward(golden, model, { ...request, reuse });
        for (const { id } of perRow) {
          const [got, want] = [reused.runs[id]!.metric!, truth.runs[id]!.metric!];
          const error = metricError(got, want);
          errors.set(`${edit} ${reuse} ${id}`, error);
          expect(error, `${edit} ${reuse} ${id}`).toBeLessThan(BAR);
          expect(got.argmax, `${edit} ${id}`).toBe(want.argmax);
          expect(got.rank, `${edit} ${id}`).toBe(want.rank);
        }
      }
    }
    console.info(
      `${name}: ${errors.size} comparisons of edited runs; largest relative error ${worstOf(errors)}`,
    );
  });
});

// Random weights: in a model that ships with the app a site may do nothing, or take long.
describe.each(GOLDEN_MODELS.filter((name) => name.startsWith('tiny-')))('every hook site of %s', (name) => {
  it('can be written: the GPU then says what the reference says, and something else than before', async () => {
    const golden = await loadGolden(name, read);
    // Without logits there is no metric; the golden edits above write such a model's sites.
    if (golden.spec.head === 'none') return;
    const model = await onGpu(golden, gpu);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const tokens = [7, 3, 11, 5, 9];
    const row = tokens.length - 1;
    const metric = { row, answer: 1, distractor: 0 };
    const sites = listSites(golden.spec).filter((site) => site.kind !== 'hook_tokens');
    const runs: Run[] = [
      { id: 'base', tokens, metric },
      ...sites.map(
        ({ name: site, kind }): Run => ({
          id: site,
          base: 'base',
          // An offset that differs by column: a constant would cancel in a softmax or a norm. Less than half does not
          // change an index.
          edits: [
            {
              site,
              rows: [row],
              op: 'add',
              source: {
                kind: 'noise',
                stream: 'mt19937-polar',
                seed: 3,
                scale: kind === 'mlp.hook_expert_indices' ? 5 : 0.5,
                draw: 0,
              },
            },
          ],
          metric,
        }),
      ),
    ];
    const truth = await reference({ runs, reuse: 'naive' });
    const errors = new Map<string, number>();
    for (const reuse of ['wavefront', 'naive'] as const) {
      const ours = await forward(golden, model, { runs, reuse });
      for (const { name: site } of sites) {
        const [got, want, before] = [
          ours.runs[site]!.metric!,
          truth.runs[site]!.metric!,
          truth.runs.base!.metric!,
        ];
        const error = metricError(got, want);
        errors.set(`${site} ${reuse}`, error);
        expect(error, `${site} ${reuse}`).toBeLessThan(BAR);
        expect(metricError(want, before), `${site} changes nothing`).toBeGreaterThan(1e-5);
      }
    }
    console.info(`${name}: ${sites.length} sites written; largest relative error ${worstOf(errors)}`);
  });
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
