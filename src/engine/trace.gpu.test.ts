/**
 * Compares the causal trace on the GPU with numbers that we did not make (an independent PyTorch
 * script with numpy's noise), with the naive loop, and with its own identities.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { metricValue } from '../experiments/common/metric';
import { reduceBaseline, reduceKind } from '../experiments/trace/reduce';
import { corruptedId } from '../experiments/common/corruption';
import { planTrace, restoredId, traceRows } from '../experiments/trace/plan';
import type { TraceSpec } from '../experiments/trace/spec';
import { planForward } from '../forward/plan/plan';
import { planCounters } from '../forward/plan/print';
import type { Plan } from '../forward/plan/steps';
import { executePlan, type GpuModel } from '../forward/gpu/run';
import { type Golden, type ReadFile, loadGolden } from '../forward/testing';
import type { Run } from '../forward/request/types';
import type { ForwardResult, Reuse } from '../forward/request/contract';
import { type Gpu, openGpu } from '../gpu/device';
import { memoryWeights } from '../load/testing/memoryWeights';
import { tInterval } from '../util/stats';
import { uploadWeights } from '../weights/upload';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();
const KINDS = ['hidden', 'mlp', 'attn'] as const;

interface RomeKind {
  readonly scores: number[][];
  readonly effect: number[][];
  readonly halfWidth: number[][];
  readonly logitDifference: number[][];
  readonly rank: number[][];
  readonly perSample: number[][][];
}

interface RomeGolden {
  readonly model: string;
  readonly tokens: number[];
  readonly subject: [number, number];
  readonly answer: number;
  readonly distractor: number;
  readonly sigma: number;
  readonly seed: number;
  readonly samples: number;
  readonly window: { rule: string; size: number; layers: number[][] };
  readonly high_score: number;
  readonly low_score: number;
  readonly kinds: Record<(typeof KINDS)[number], RomeKind>;
}

const FILES = [
  'tiny-a-symmetric-1',
  'tiny-a-symmetric-3',
  'tiny-a-rome-10',
  'tiny-b-symmetric-3',
  'tiny-b-rome-2',
  'tiny-b-rome-10',
];

function specOf(rome: RomeGolden, change: Partial<TraceSpec> = {}): TraceSpec {
  return {
    version: 1,
    kind: 'causal-trace',
    model: { id: rome.model, revision: 'golden' },
    prompt: '',
    bos: false,
    tokens: rome.tokens,
    subject: { begin: rome.subject[0], end: rome.subject[1] },
    answer: { id: rome.answer },
    distractor: { id: rome.distractor },
    corruption: {
      type: 'noise',
      rule: 's3',
      sigma: rome.sigma,
      factor: 3,
      samples: rome.samples,
      seed: rome.seed,
      stream: 'mt19937-polar',
    },
    metric: 'p',
    direction: 'restore',
    kinds: [...KINDS],
    window: {
      rule: rome.window.rule === 'rome' ? 'rome' : 'fixed',
      size: rome.window.size,
      layers: rome.window.layers.map((all) => [all[0]!, all.at(-1)! + 1]),
    },
    groups: [],
    ...change,
  };
}

interface Loaded {
  readonly golden: Golden;
  readonly model: GpuModel;
}

let gpu: Gpu;
const loaded = new Map<string, Promise<Loaded>>();

function load(name: string): Promise<Loaded> {
  const known = loaded.get(name);
  if (known) return known;
  const fresh = (async () => {
    const golden = await loadGolden(name, read);
    const { buffers } = await uploadWeights(gpu, golden.spec, memoryWeights(golden.slots, golden.weights));
    return { golden, model: { gpu, weights: buffers, budgetFlops: 2e8 } };
  })();
  loaded.set(name, fresh);
  return fresh;
}

async function rome(file: string): Promise<RomeGolden> {
  const json = new TextDecoder().decode(await read(`reference/goldens/rome/${file}.json`));
  return JSON.parse(json) as RomeGolden;
}

async function execute(
  { golden, model }: Loaded,
  runs: readonly Run[],
  reuse: Reuse,
): Promise<ForwardResult & { plan: Plan }> {
  const plan = planForward(golden.spec, { runs, reuse }, gpu.limits);
  return { ...(await executePlan(plan, model)), plan };
}

const trace = (at: Loaded, spec: TraceSpec, reuse: Reuse) =>
  execute(at, planTrace(spec, at.golden.spec), reuse);

function largest(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  let error = 0;
  for (const [t, row] of theirs.entries())
    for (const [l, value] of row.entries()) error = Math.max(error, Math.abs(value - ours[t]![l]!));
  return error;
}

beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe('a trace', () => {
  it.each([...FILES, 'atlas-symmetric-1', 'atlas-rome-10'])(
    'agrees with the PyTorch script in every cell: %s',
    async (file) => {
      const theirs = await rome(file);
      const at = await load(theirs.model.split('/').at(-1)!);
      const spec = specOf(theirs);
      const { runs } = await trace(at, spec, 'wavefront');
      const levels = reduceBaseline(spec, runs, 5);
      let worst = 0;
      expect(Math.abs(levels.clean.p - theirs.high_score)).toBeLessThan(1e-5);
      expect(Math.abs(levels.corrupted.p - theirs.low_score)).toBeLessThan(1e-5);
      for (const kind of KINDS) {
        const ours = reduceKind(spec, kind, at.golden.spec.nLayers, runs);
        const golden = theirs.kinds[kind];
        worst = Math.max(worst, largest(ours.restored, golden.scores));
        expect(largest(ours.restored, golden.scores), `${kind} scores`).toBeLessThan(1e-4);
        expect(largest(ours.effect, golden.effect), `${kind} effects`).toBeLessThan(1e-4);
        // The script's draws, and ours with the half-widths that it computed from them.
        const half = ours.draws!.map((row) =>
          row.map((draws) => {
            const interval = tInterval(draws.map((p, i) => p - levels.corrupted.draws![i]!));
            return interval ? (interval[1] - interval[0]) / 2 : 0;
          }),
        );
        expect(largest(half, golden.halfWidth), `${kind} half-widths`).toBeLessThan(1e-4);
        const difference = reduceKind({ ...spec, metric: 'logit-diff' }, kind, at.golden.spec.nLayers, runs);
        expect(largest(difference.restored, golden.logitDifference), `${kind} logit difference`).toBeLessThan(
          1e-4,
        );
      }
      console.info(`${file}: largest difference of p from PyTorch over all cells ${worst.toExponential(1)}`);
    },
  );

  it.each(['tiny-a-symmetric-3', 'tiny-b-rome-2'])(
    'is the same as wavefront, forced wavefront and naive loop: %s',
    async (file) => {
      const golden = await rome(file);
      const at = await load(golden.model.split('/').at(-1)!);
      const [begin, end] = golden.subject;
      const rows = Array.from({ length: end - begin }, (_, i) => begin + i);
      const spec = specOf(golden, { groups: [{ name: 'subject', rows }] });
      const [wave, forced, naive] = [
        await trace(at, spec, 'wavefront'),
        await trace(at, spec, 'forced'),
        await trace(at, spec, 'naive'),
      ];
      expectEqualCells(file, naive, wave, forced);
      expect(wave.plan.aliases.size).toBeGreaterThan(0);
      expect(forced.plan.aliases.size).toBe(0);
      expect(wave.counters.flops).toBeLessThan(forced.counters.flops);
    },
  );

  it('is the same as wavefront and naive loop on Atlas', async () => {
    const at = await load('atlas');
    const spec = specOf({ ...(await rome('atlas-symmetric-1')), samples: 1 });
    expectEqualCells('atlas', await trace(at, spec, 'naive'), await trace(at, spec, 'wavefront'));
  });
});

/** A trace of random tokens with three corrupted positions. */
function someTrace(golden: Golden, answerRow?: number): TraceSpec {
  const { nLayers } = golden.spec;
  const layers = Array.from({ length: nLayers }, (_, l): [number, number] => [
    Math.max(0, l - 1),
    Math.min(nLayers, l + 2),
  ]);
  return {
    version: 1,
    kind: 'causal-trace',
    model: { id: 'tiny', revision: 'golden' },
    prompt: '',
    bos: false,
    tokens: [7, 3, 11, 5, 9, 2, 13],
    subject: { begin: 1, end: 4 },
    ...(answerRow === undefined ? {} : { answerRow }),
    answer: { id: 1 },
    distractor: { id: 0 },
    corruption: {
      type: 'noise',
      rule: '0.5',
      sigma: 0.5,
      factor: 1,
      samples: 2,
      seed: 1,
      stream: 'mt19937-polar',
    },
    metric: 'p',
    direction: 'restore',
    kinds: [...KINDS],
    window: { rule: 'fixed', size: 3, layers },
    groups: [{ name: 'subject', rows: [1, 2, 3] }],
  };
}

describe('a trace in other architectures', () => {
  it.each([
    'tiny-llama',
    'tiny-mistral',
    'tiny-mixtral',
    'tiny-qwen3',
    'tiny-qwen3_moe',
    'tiny-olmoe',
    'tiny-gpt_oss',
    'tiny-gemma3',
    'tiny-olmo2',
    'tiny-olmo3',
    'tiny-phi3-longrope',
    'tiny-stablelm-parallel',
    'tiny-falcon-new',
    'tiny-gpt_neox',
    'tiny-gpt_neo',
    'tiny-granite',
    'tiny-cohere2',
    'tiny-phi',
    'tiny-bert',
    'tiny-xlm-roberta',
    'tiny-roberta-classifier',
  ])('is the same as wavefront, forced wavefront and naive loop: %s', async (name) => {
    const at = await load(name);
    const { attention, head } = at.golden.spec;
    const { causal } = attention;
    const spec = someTrace(at.golden, causal ? undefined : head === 'classes' ? 0 : 5);
    const wave = await trace(at, spec, 'wavefront');
    const forced = await trace(at, spec, 'forced');
    const naive = await trace(at, spec, 'naive');
    expectEqualCells(name, naive, wave, forced);
    // A bidirectional model reuses layers, a causal one also positions.
    expect(naive.counters.flops / wave.counters.flops).toBeGreaterThan(causal ? 2 : 1.2);
  });
});

/** Every metric of every cell is within 1e-5 of the naive loop's. */
function expectEqualCells(file: string, naive: ForwardResult, ...others: readonly ForwardResult[]): void {
  const ids = Object.keys(naive.runs).filter((id) => id.includes('.'));
  expect(ids.length).toBeGreaterThan(80);
  let worst = 0;
  for (const other of others) {
    for (const id of ids) {
      for (const metric of ['p', 'logprob', 'logit-diff'] as const) {
        const [ours, truth] = [other.runs[id]!, naive.runs[id]!].map((run) =>
          metricValue(metric, run.metric!),
        );
        const difference = Math.abs(ours! - truth!);
        worst = Math.max(worst, difference);
        expect(difference, `${id} ${metric}`).toBeLessThan(1e-5);
      }
    }
  }
  console.info(
    `${file}: largest difference of wavefront and naive loop over all cells ${worst.toExponential(1)}`,
  );
}

describe('identities', () => {
  it('zero noise is the clean run, bit by bit', async () => {
    const golden = await rome('tiny-a-symmetric-1');
    const at = await load('tiny-a');
    const { corruption } = specOf(golden);
    if (corruption.type !== 'noise') throw new Error('unexpected');
    const spec = specOf(golden, { corruption: { ...corruption, factor: 0 } });
    const { runs } = await trace(at, spec, 'naive');
    for (const id of Object.keys(runs)) expect(runs[id]!.metric, id).toEqual(runs.clean!.metric);
  });

  it('restoring all rows at any layer is the clean run', async () => {
    const golden = await rome('tiny-b-symmetric-3');
    const at = await load('tiny-b');
    const all = golden.tokens.map((_, t) => t);
    const spec = specOf(golden, { kinds: ['hidden'], groups: [{ name: 'all', rows: all }] });
    const group = traceRows(spec).groups[0]!;
    for (const [reuse, digits] of [
      ['naive', 0],
      ['wavefront', 1e-6],
    ] as const) {
      const { runs } = await trace(at, spec, reuse);
      const clean = runs.clean!.metric!;
      for (let l = 0; l < at.golden.spec.nLayers; l++) {
        const restored = runs[restoredId('hidden', group, l, 0)]!.metric!;
        expect(Math.abs(restored.answer - clean.answer), `layer ${l} ${reuse}`).toBeLessThanOrEqual(digits);
      }
    }
  });

  it('cells before the subject are zero: bit by bit in the naive loop, to 1e-6 in a forced wavefront', async () => {
    const golden = await rome('tiny-a-symmetric-3');
    const at = await load('tiny-a');
    const spec = specOf(golden);
    const { tokens } = traceRows(spec);
    expect(spec.subject.begin).toBeGreaterThan(0);
    const naive = await trace(at, spec, 'naive');
    const forced = await trace(at, spec, 'forced');
    for (const kind of KINDS) {
      for (let t = 0; t < spec.subject.begin; t++) {
        for (let l = 0; l < at.golden.spec.nLayers; l++) {
          const id = restoredId(kind, tokens[t]!, l, 1);
          expect(naive.runs[id]!.metric, id).toEqual(naive.runs[corruptedId(1)]!.metric);
          const [got, base] = [forced.runs[id]!.metric!, forced.runs[corruptedId(1)]!.metric!];
          expect(Math.abs(metricValue('p', got) - metricValue('p', base)), id).toBeLessThan(1e-6);
        }
      }
    }
  });

  it('a later token never changes an earlier answer', async () => {
    const at = await load('tiny-a');
    const metric = { row: 2, answer: 3 };
    const { runs } = await execute(
      at,
      [
        { id: 'a', tokens: [5, 9, 12, 40, 41], metric },
        { id: 'b', tokens: [5, 9, 12, 7, 80], metric },
      ],
      'naive',
    );
    expect(runs.a!.metric).toEqual(runs.b!.metric);
  });
});

describe('limits', () => {
  it('a device with 512 KiB bindings gives the same trace in several sweeps, the vocabulary in parts', async () => {
    const golden = await rome('atlas-symmetric-1');
    const at = await load('atlas');
    const spec = specOf({ ...golden, samples: 2 });
    const small = await openGpu({ gpu: navigator.gpu, fakeLimits: { maxBindingBytes: 2 ** 19 } });
    const { buffers } = await uploadWeights(
      small,
      at.golden.spec,
      memoryWeights(at.golden.slots, at.golden.weights),
    );
    expect([...buffers.keys()].filter((name) => name.startsWith('embed.W_E#')).length).toBeGreaterThan(1);
    const runs = planTrace(spec, at.golden.spec);
    const plan = planForward(at.golden.spec, { runs, reuse: 'wavefront' }, small.limits);
    const ours = await executePlan(plan, { gpu: small, weights: buffers, budgetFlops: 2e7 });
    const truth = await trace(at, spec, 'wavefront');
    expect(plan.sweeps.length).toBeGreaterThan(truth.plan.sweeps.length);
    for (const id of Object.keys(truth.runs)) {
      expect(Math.abs(ours.runs[id]!.metric!.answer - truth.runs[id]!.metric!.answer), id).toBeLessThan(1e-5);
    }
    small.destroy();
  });
});

describe('counters', () => {
  it('of an Atlas trace at T = 10: few dispatches, one readback per kind, FLOPs far below the naive loop', async () => {
    const golden = await rome('atlas-symmetric-1');
    const {
      golden: { spec: model },
      model: { budgetFlops },
    } = await load('atlas');
    const spec = specOf({ ...golden, tokens: golden.tokens.slice(0, 10), subject: [2, 4] });
    const uncut = { budgetFlops: Number.MAX_VALUE, showsUnits: true };
    const plan = planForward(model, { runs: planTrace(spec, model), reuse: 'wavefront' }, gpu.limits);
    const whole = planCounters(plan, uncut);
    expect(whole.dispatches).toBeLessThanOrEqual(300);
    expect(whole.readbacks).toBe(4);
    const cut = planCounters(plan, { budgetFlops });
    expect(cut.dispatches).toBeLessThanOrEqual(whole.dispatches + Math.ceil(plan.flops / budgetFlops));
    const hidden = planForward(
      model,
      { runs: planTrace({ ...spec, kinds: ['hidden'] }, model), reuse: 'wavefront' },
      gpu.limits,
    );
    expect(hidden.flops).toBeLessThanOrEqual(hidden.naiveFlops / 4.5);
    console.info(
      `atlas, T = 10: ${whole.dispatches} dispatches, ${whole.readbacks} readbacks for three kinds; ` +
        `hidden ${(hidden.naiveFlops / hidden.flops).toFixed(2)} times fewer FLOPs than the naive loop`,
    );
  });
});
