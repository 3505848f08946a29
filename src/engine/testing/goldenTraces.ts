/** Causal traces of golden models on a GPU, and what tests ask of them. */
import { expect } from 'vitest';
import { metricValue } from '../../experiments/common/metric';
import { planTrace } from '../../experiments/trace/plan';
import { reduceBaseline, reduceKind } from '../../experiments/trace/reduce';
import type { TraceSpec } from '../../experiments/trace/spec';
import { type GpuModel, executePlan } from '../../forward/gpu/run';
import { planForward } from '../../forward/plan/plan';
import type { Plan } from '../../forward/plan/steps';
import type { ForwardResult, Reuse } from '../../forward/request/contract';
import type { Run } from '../../forward/request/types';
import { type Golden, loadGolden, type ReadFile } from '../../forward/testing';
import { type Gpu, openGpu } from '../../gpu/device';
import { memoryWeights } from '../../load/testing/memoryWeights';
import { tInterval } from '../../statistics/stats';
import { uploadWeights } from '../../weights/upload';

export const KINDS = ['hidden', 'mlp', 'attn'] as const;

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

export function specOf(rome: RomeGolden, change: Partial<TraceSpec> = {}): TraceSpec {
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

export interface Traces {
  readonly gpu: Gpu;
  /** A trace by the PyTorch script, with numpy's noise. */
  rome(file: string): Promise<RomeGolden>;
  load(name: string): Promise<Loaded>;
  execute(at: Loaded, runs: readonly Run[], reuse: Reuse): Promise<ForwardResult & { plan: Plan }>;
  trace(at: Loaded, spec: TraceSpec, reuse: Reuse): Promise<ForwardResult & { plan: Plan }>;
}

/** One device; each model is uploaded once. */
export async function openTraces(read: ReadFile): Promise<Traces> {
  const gpu = await openGpu({ gpu: navigator.gpu });
  const rome = async (file: string): Promise<RomeGolden> => {
    const json = new TextDecoder().decode(await read(`reference/goldens/rome/${file}.json`));
    return JSON.parse(json) as RomeGolden;
  };
  const loaded = new Map<string, Promise<Loaded>>();
  const upload = async (name: string): Promise<Loaded> => {
    const golden = await loadGolden(name, read);
    const { buffers } = await uploadWeights(gpu, golden.spec, memoryWeights(golden.slots, golden.weights));
    return { golden, model: { gpu, weights: buffers, budgetFlops: 2e8 } };
  };
  const load = (name: string): Promise<Loaded> => {
    const known = loaded.get(name) ?? upload(name);
    loaded.set(name, known);
    return known;
  };
  const execute: Traces['execute'] = async ({ golden, model }, runs, reuse) => {
    const plan = planForward(golden.spec, { runs, reuse }, gpu.limits);
    return { ...(await executePlan(plan, model)), plan };
  };
  const trace: Traces['trace'] = (at, spec, reuse) => execute(at, planTrace(spec, at.golden.spec), reuse);
  return { gpu, rome, load, execute, trace };
}

/** Ours are row-major. */
function largest(ours: readonly number[], theirs: readonly (readonly number[])[]): number {
  let error = 0;
  for (const [cell, value] of theirs.flat().entries()) error = Math.max(error, Math.abs(value - ours[cell]!));
  return error;
}

/** Every cell is what the PyTorch script found. */
export async function expectScripted({ rome, load, trace }: Traces, file: string): Promise<void> {
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
    const effects = ours.values.map((value) => value - levels.corrupted.metric);
    worst = Math.max(worst, largest(ours.values, golden.scores));
    expect(largest(ours.values, golden.scores), `${kind} scores`).toBeLessThan(1e-4);
    expect(largest(effects, golden.effect), `${kind} effects`).toBeLessThan(1e-4);
    // The script's draws, and from ours the half-widths that it made of them.
    const half = ours.draws!.map((draws) => {
      const interval = tInterval(draws.map((p, i) => p - levels.corrupted.draws![i]!));
      return interval ? (interval[1] - interval[0]) / 2 : 0;
    });
    expect(largest(half, golden.halfWidth), `${kind} half-widths`).toBeLessThan(1e-4);
    const difference = reduceKind({ ...spec, metric: 'logit-diff' }, kind, at.golden.spec.nLayers, runs);
    expect(largest(difference.values, golden.logitDifference), `${kind} logit difference`).toBeLessThan(1e-4);
  }
  console.warn(`${file}: largest difference of p from PyTorch over all cells ${worst.toExponential(1)}`);
}

/** A trace of random tokens, three positions corrupted. */
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

/** A trace of random tokens is the same as wavefront, forced wavefront and naive loop. */
export async function expectReused({ load, trace }: Traces, name: string): Promise<void> {
  const at = await load(name);
  const { attention, head } = at.golden.spec;
  const { causal } = attention;
  const spec = someTrace(at.golden, causal ? undefined : head === 'classes' ? 0 : 5);
  const wave = await trace(at, spec, 'wavefront');
  const forced = await trace(at, spec, 'forced');
  const naive = await trace(at, spec, 'naive');
  expectEqualCells(name, naive, wave, forced);
  // A bidirectional model reuses layers, a causal one positions as well.
  expect(naive.counters.flops / wave.counters.flops).toBeGreaterThan(causal ? 2 : 1.2);
}

/** Every metric of every cell within 1e-5 of the naive loop's. */
export function expectEqualCells(
  file: string,
  naive: ForwardResult,
  ...others: readonly ForwardResult[]
): void {
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
  console.warn(
    `${file}: largest difference of wavefront and naive loop over all cells ${worst.toExponential(1)}`,
  );
}
