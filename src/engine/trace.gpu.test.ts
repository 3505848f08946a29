/**
 * Compares the causal trace on the GPU with numbers that we did not make (an independent PyTorch
 * script with numpy's noise), with the naive loop, and with its own identities.
 */
import { describe, expect, it } from 'vitest';
import { metricValue } from '../experiments/common/metric';
import { corruptedId } from '../experiments/common/corruption';
import { planTrace, restoredId, traceRows } from '../experiments/trace/plan';
import { planForward } from '../forward/plan/plan';
import { planCounters } from '../forward/plan/print';
import { executePlan } from '../forward/gpu/run';
import { openGpu } from '../gpu/device';
import { memoryWeights } from '../load/testing/memoryWeights';
import { uploadWeights } from '../weights/upload';
import {
  expectEqualCells,
  expectReused,
  expectScripted,
  KINDS,
  openTraces,
  specOf,
} from './testing/goldenTraces';

const traces = await openTraces(async (path) => (await fetch(`/${path}`)).arrayBuffer());
const { gpu, rome, load, execute, trace } = traces;

/** Two depths, both windows, few draws and ten; the model that ships. */
const FILES = [
  'tiny-a-symmetric-1',
  'tiny-a-symmetric-3',
  'tiny-a-rome-10',
  'tiny-b-symmetric-3',
  'tiny-b-rome-2',
  'tiny-b-rome-10',
  'atlas-symmetric-1',
];

describe('a trace', () => {
  it.each(FILES)('agrees with the PyTorch script in every cell: %s', (file) => expectScripted(traces, file));

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
});

describe('a trace in other architectures', () => {
  // Dense and grouped heads, mixtures, windows, norms on both sides, parallel blocks, encoders, a classifier.
  it.each([
    'tiny-llama',
    'tiny-mixtral',
    'tiny-qwen3',
    'tiny-gpt_oss',
    'tiny-gemma3',
    'tiny-olmo2',
    'tiny-olmo3',
    'tiny-phi3-longrope',
    'tiny-gpt_neox',
    'tiny-gpt_neo',
    'tiny-granite',
    'tiny-cohere2',
    'tiny-falcon',
    'tiny-phi',
    'tiny-bert',
    'tiny-bert-classifier',
  ])('is the same as wavefront, forced wavefront and naive loop: %s', (name) => expectReused(traces, name));
});

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
