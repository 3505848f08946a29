/** Cut edges on the GPU, compared with the float64 reference. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { uniformStream } from '../gpu/testing';
import { memoryWeights } from '../load/testing/memoryWeights';
import type { WeightFormat } from '../weights/chunks';
import { uploadWeights } from '../weights/upload';
import { planForward } from './plan/plan';
import { createReferenceForward } from './reference/forward';
import { executePlan } from './gpu/run';
import { type Golden, type ReadFile, loadGolden } from './testing';
import {
  CUT_SOURCES,
  cutBases,
  everyKindOfCut,
  goldenCuts,
  jointCut,
  MODELS_WITH_GOLDEN_EDGES,
  without,
} from './testing/cuts';
import type { RowMetric, RunForward } from './request/contract';
import type { Cut, CutSource, Run } from './request/types';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

/** Largest allowed error of a row's numbers, relative to its largest logit. */
const BAR = 2e-5;
/** For cuts that leave a receiver little more than rounding, which its norm then amplifies. */
const BAR_OF_ALL = 2e-4;

const REUSES = ['naive', 'forced', 'wavefront'] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

async function onGpu(golden: Golden, on = gpu, format: WeightFormat = 'f32'): Promise<RunForward> {
  const weights = memoryWeights(golden.slots, golden.weights);
  const { buffers } = await uploadWeights(on, golden.spec, weights, format);
  const { maxBindingBytes } = on.limits;
  return (request) =>
    executePlan(planForward(golden.spec, request, { maxBindingBytes, weightFormat: format }), {
      gpu: on,
      weights: buffers,
      budgetFlops: 1e9,
    });
}

function difference(ours: RowMetric, theirs: RowMetric): number {
  const fields = ['answer', 'distractor', 'max', 'logSumExp'] as const;
  const scale = Math.max(1, ...fields.map((field) => Math.abs(theirs[field])));
  return Math.max(...fields.map((field) => Math.abs(ours[field] - theirs[field]) / scale));
}

/** A golden prompt of a few tokens, the runs that supply replacements, and the metric of all. */
function startOf({ spec, cases }: Golden, next: () => number) {
  const clean = [...cases.values()].find(({ length }) => length >= 5 && length <= 9)!;
  const T = clean.length;
  const metric = { row: T - 1, answer: 5, distractor: 9 };
  return { T, metric, bases: cutBases(spec, clean, metric, next) };
}

const named = (cuts: readonly Cut[]): string =>
  cuts.map((cut) => `${cut.senders.join('+')}->${cut.receiver}`).join(' ');

/** Executes runs on the bases in all three ways; the largest error per run and between ways. */
async function compare(golden: Golden, runs: readonly Run[], bar: (id: string) => number) {
  const forward = await onGpu(golden);
  const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
  const truth = (await reference({ runs, reuse: 'naive' })).runs;
  const worst = new Map<string, number>();
  const results = [];
  for (const reuse of REUSES) {
    const ours = (await forward({ runs, reuse })).runs;
    results.push(ours);
    for (const { id } of runs) {
      const error = difference(ours[id]!.metric!, truth[id]!.metric!);
      worst.set(id, Math.max(error, worst.get(id) ?? 0));
      expect(error, `${reuse} ${id}`).toBeLessThan(bar(id));
    }
  }
  const [naive, ...others] = results;
  const apart = Math.max(
    ...others.flatMap((ours) => runs.map(({ id }) => difference(ours[id]!.metric!, naive![id]!.metric!))),
  );
  return { worst, apart, truth };
}

describe.each([
  'tiny-a',
  'tiny-llama',
  'tiny-gpt_neox',
  'tiny-olmo-clip',
  'tiny-granite',
  'tiny-mixtral',
  'tiny-gpt_oss',
  'planted',
])('cuts on %s', (name) => {
  it('of one edge are what the reference says: every kind of sender, receiver and replacement', async () => {
    const golden = await loadGolden(name, read);
    const next = uniformStream(1);
    const { T, metric, bases } = startOf(golden, next);
    const runs: Run[] = [
      ...bases,
      ...everyKindOfCut(golden.spec, T, next).map(
        (cut, i): Run => ({
          id: `${i}: ${named([cut])} ${cut.source!.kind}`,
          base: 'clean',
          cuts: [cut],
          metric,
        }),
      ),
    ];
    const { worst, apart, truth } = await compare(golden, runs, () => BAR);
    expect(apart).toBeLessThanOrEqual(1e-6);
    const moved = runs.filter(({ id }) => difference(truth[id]!.metric!, truth.clean!.metric!) > 1e-6);
    expect(moved.length).toBeGreaterThan(runs.length / 4);
    const [id, error] = [...worst].reduce((a, b) => (b[1] > a[1] ? b : a));
    console.info(
      `${name}: ${runs.length - 3} edges, ${moved.length - 2} of them matter; largest relative error ${error.toExponential(1)}, at ${id}; ` +
        `three ways ${apart.toExponential(1)} apart`,
    );
  });

  it('of many edges at once, on top of cuts and of edits of the same inputs', async () => {
    const golden = await loadGolden(name, read);
    const { spec } = golden;
    const next = uniformStream(2);
    const { metric, bases } = startOf(golden, next);
    const cut: Run = {
      id: 'cut',
      base: 'clean',
      cuts: jointCut(spec, 0.1, CUT_SOURCES.run!, next),
      metric,
    };
    const site = 'blocks.1.hook_k_input';
    const push = { site, rows: [1, 3], op: 'scale', alpha: 0.5 } as const;
    const runs: Run[] = [...bases, cut, { id: 'edited', base: 'cut', edits: [push], metric }];
    for (const [source, what] of Object.entries(CUT_SOURCES)) {
      for (const share of [0.1, 0.5, 1]) {
        for (const base of ['clean', 'cut', 'edited']) {
          // An edge may be cut only once.
          const cuts = without(jointCut(spec, share, what, next), base === 'clean' ? [] : cut.cuts!);
          runs.push({ id: `${100 * share} % to ${source} on ${base}`, base, cuts, metric });
        }
      }
    }
    const { worst, apart } = await compare(golden, runs, (id) => (id.startsWith('100') ? BAR_OF_ALL : BAR));
    expect(apart).toBeLessThanOrEqual(1e-6);
    const report = [0.1, 0.5, 1].map((share) => {
      const errors = [...worst].filter(([id]) => id.startsWith(`${100 * share} %`)).map(([, error]) => error);
      return `${100 * share} % ${Math.max(...errors).toExponential(1)}`;
    });
    console.info(
      `${name}: largest relative error of sets of edges: ${report.join(', ')}; ${apart.toExponential(1)} apart`,
    );
  });

  it('of all edges to the twin are the twin', async () => {
    const golden = await loadGolden(name, read);
    const next = uniformStream(3);
    const { metric, bases } = startOf(golden, next);
    const runs: Run[] = [
      ...bases,
      { id: 'all', base: 'clean', cuts: jointCut(golden.spec, 1, CUT_SOURCES.run!, next), metric },
    ];
    const forward = await onGpu(golden);
    for (const reuse of REUSES) {
      const { all, other, clean } = (await forward({ runs, reuse })).runs;
      expect(difference(all!.metric!, other!.metric!)).toBeLessThan(BAR);
      expect(difference(all!.metric!, clean!.metric!)).toBeGreaterThan(1e-3);
    }
  });
});

describe.each(MODELS_WITH_GOLDEN_EDGES)('golden edges of %s', (name) => {
  it.each(['f32', 'f16'] as const)('are what PyTorch with hooks of its own found: %s', async (format) => {
    const golden = await loadGolden(name, read);
    const { runs, errors } = await goldenCuts(name, read);
    // The checkpoints hold halves, so both formats give the same numbers.
    const forward = await onGpu(golden, gpu, format);
    const { count, difference: apart, score } = errors((await forward({ runs, reuse: 'wavefront' })).runs);
    expect(apart).toBeLessThan(1e-4);
    expect(score).toBeLessThan(1e-4);
    console.info(
      `${name} ${format}: ${count} cuts; logit differences within ${apart.toExponential(1)} of PyTorch's, scores within ${score.toExponential(1)}`,
    );
  });
});

describe.each(['tiny-a', 'tiny-llama'])('cuts of many samples: %s', (name) => {
  it('are those of each sample by itself', async () => {
    const golden = await loadGolden(name, read);
    const next = uniformStream(5);
    const { metric, bases } = startOf(golden, next);
    const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 1, scale: 0.3, draw: 0 } as const;
    const noised: Run = {
      id: 'noised',
      base: 'clean',
      samples: [0, 3],
      edits: [{ site: 'hook_embed', rows: [1], op: 'add', source: noise }],
      metric,
    };
    const cut = (id: string, base: string, source: CutSource, receivers?: string): Run => {
      const all = jointCut(golden.spec, 0.4, source, next);
      return {
        id,
        base,
        cuts: receivers ? all.filter(({ receiver }) => receiver === receivers) : all,
        metric,
      };
    };
    const runs: Run[] = [
      ...bases,
      noised,
      cut('to another prompt', 'noised', CUT_SOURCES.run!),
      cut('to a mean', 'noised', { kind: 'mean', runs: ['noised', 'other'] }),
      { ...cut('to its sample', 'clean', { kind: 'run', run: 'noised' }), samples: [1, 3] },
      cut('late', 'noised', CUT_SOURCES.run!, 'm1'),
    ];
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const truth = (await reference({ runs, reuse: 'naive' })).runs;
    const forward = await onGpu(golden);
    for (const reuse of REUSES) {
      const ours = (await forward({ runs, reuse })).runs;
      expect(Object.keys(ours).sort()).toEqual(Object.keys(truth).sort());
      for (const [id, { metric: numbers }] of Object.entries(ours))
        expect(difference(numbers!, truth[id]!.metric!), `${reuse} ${id}`).toBeLessThan(BAR);
    }
    expect(truth['late.0']).not.toEqual(truth['late.1']);
  });
});

describe('cuts on an adapter with small bindings', () => {
  it('read senders that lie in several tensors, to the same bits', async () => {
    const golden = await loadGolden('tiny-llama', read);
    const next = uniformStream(6);
    const tokens = Array.from({ length: 12 }, () => Math.floor(golden.spec.dVocab * next()));
    const metric = { row: 11, answer: 5, distractor: 9 };
    const cuts = jointCut(golden.spec, 0.5, CUT_SOURCES.run!, next);
    const runs: Run[] = [
      ...cutBases(golden.spec, tokens, metric, next),
      { id: 'cut', base: 'clean', cuts, metric },
    ];
    // Large enough for weights that cannot be split, too small for all senders.
    const small = await openGpu({ gpu: navigator.gpu, fakeLimits: { maxBindingBytes: 18432 } });
    const tensors = (on: Gpu) =>
      planForward(golden.spec, { runs, reuse: 'naive' }, on.limits)
        .sweeps.at(-1)!
        .tensors.filter(({ id }) => id.startsWith('deltas')).length;
    expect([tensors(gpu), tensors(small)]).toEqual([1, 2]);
    const [whole, parts] = [await onGpu(golden), await onGpu(golden, small)];
    const [a, b] = [await whole({ runs, reuse: 'naive' }), await parts({ runs, reuse: 'naive' })];
    expect(b.runs.cut!.metric).toEqual(a.runs.cut!.metric);
    expect(a.runs.cut!.metric).not.toEqual(a.runs.clean!.metric);
    small.destroy();
  });

  it('read W_out of neurons in parts', async () => {
    const golden = await loadGolden('tiny-llama', read);
    const small = await openGpu({ gpu: navigator.gpu, fakeLimits: { maxBindingBytes: 12288 } });
    const next = uniformStream(4);
    const { metric, bases } = startOf(golden, next);
    const cuts: Cut[] = [{ senders: ['m0.n3', 'm0.n40'], receiver: 'm1' }];
    const runs: Run[] = [...bases, { id: 'neurons', base: 'clean', cuts, metric }];
    const [whole, parts] = [await onGpu(golden), await onGpu(golden, small)];
    const [a, b] = [await whole({ runs, reuse: 'naive' }), await parts({ runs, reuse: 'naive' })];
    expect(b.runs.neurons!.metric).toEqual(a.runs.neurons!.metric);
    expect(a.runs.neurons!.metric).not.toEqual(a.runs.clean!.metric);
    small.destroy();
  });
});

describe.each(['tiny-gemma2', 'tiny-olmo2', 'tiny-bert'])('cuts on %s', (name) => {
  it('are refused in one sentence', async () => {
    const { spec } = await loadGolden(name, read);
    const cuts: Cut[] = [{ senders: ['input'], receiver: 'm0' }];
    const runs: Run[] = [{ id: 'a', tokens: [1, 2, 3], cuts }];
    expect(() => planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 })).toThrow(
      /^run 'a': cut to m0: edges need a residual stream that only adds .+[.] Use path patching of nodes, ablation or another model[.]$/,
    );
  });
});

describe('cuts on a mixture of experts', () => {
  it('of an expert block’s neurons are refused in one sentence', async () => {
    const { spec } = await loadGolden('tiny-mixtral', read);
    const cuts: Cut[] = [{ senders: ['m0.n3'], receiver: 'logits' }];
    const runs: Run[] = [{ id: 'a', tokens: [1, 2, 3], cuts }];
    expect(() => planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 })).toThrow(
      "run 'a': cut to logits: block 0 is a mixture of experts, got its neurons, expected m0, the whole mixture.",
    );
  });
});
