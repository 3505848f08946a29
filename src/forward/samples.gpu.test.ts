/** On the GPU, samples equal one run each bit for bit, and agree with the reference. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { openTestGpu } from '../gpu/testing';
import { planForward } from './plan/plan';
import { createReferenceForward } from './reference/forward';
import { compareTensors } from './reference/compare';
import { expandSamples } from './request/samples';
import type { Edit, EditSource, Run } from './request/types';
import type { Reuse, RunResult } from './request/contract';
import { loadGolden, type ReadFile } from './testing';
import { BAR, forward, onGpu } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

const tokens = [7, 3, 11, 5, 9, 2, 14, 6];
const metric = { row: 7, answer: 5, distractor: 9 };
const SAMPLES = [2, 7] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

const noise = (scale: number): EditSource => ({
  kind: 'noise',
  stream: 'mt19937-polar',
  seed: 3,
  scale,
  draw: 1,
});
const edit = (site: string, rows: number[], source: EditSource, more: Partial<Edit> = {}): Edit => ({
  site,
  rows,
  op: 'set',
  source,
  ...more,
});
const from = (run: string, rows?: number[]): EditSource => ({ kind: 'run', run, ...(rows ? { rows } : {}) });

function runsFor(isPlain: boolean): Run[] {
  const stream = 'blocks.0.hook_resid_post';
  const of = (id: string, run: Omit<Run, 'id'>): Run => ({ id, base: 'noised', metric, ...run });
  const runs: Run[] = [
    { id: 'clean', tokens, metric },
    { id: 'short', tokens: tokens.slice(0, 5), captures: [{ site: stream, rows: [1] }] },
    of('noised', {
      base: 'clean',
      samples: SAMPLES,
      edits: [edit('hook_embed', [1, 2], noise(0.3), { op: 'add' })],
      captures: [{ site: 'unembed.hook_out', rows: [7] }],
    }),
    of('other', {
      base: 'clean',
      samples: [0, 9],
      edits: [edit('hook_embed', [3], noise(2), { op: 'add' })],
    }),
    of('stream', { edits: [edit(stream, [1, 2], from('clean'))] }),
    of('attention', { edits: [edit('blocks.1.hook_attn_out', [2], from('clean'))] }),
    of('window', {
      edits: [0, 1].map((l) => edit(`blocks.${l}.hook_mlp_out`, [1, 4], from('clean'))),
      captures: [{ site: 'blocks.1.attn.hook_pattern' }, { site: 'blocks.1.hook_mlp_out', rows: [5] }],
    }),
    of('swapped', { edits: [edit(stream, [3, 5], from('other'))] }),
    of('moved', { edits: [edit(stream, [6, 2], from('short', [4, 1]))] }),
    of('mean', { edits: [edit('blocks.1.attn.hook_z', [4, 6], { kind: 'mean', runs: ['clean', 'other'] })] }),
    of('late noise', { edits: [edit('blocks.0.hook_mlp_out', [5, 3], noise(0.1), { op: 'add' })] }),
    of('mixed', { edits: [edit(stream, [2], from('clean'), { op: 'lerp', alpha: 0.25 })] }),
    of('head', { edits: [edit('blocks.0.attn.hook_z', [2, 7], from('other'), { head: 1 })] }),
    of('query', { edits: [edit('blocks.1.hook_q_input', [4], from('clean'), { head: 0 })] }),
    of('projected', {
      edits: [edit(stream, [2, 3], from('other'), { op: 'project_out' })],
    }),
    of('masked', { masks: [{ layer: 1, queries: [6, 7], keys: [1, 2] }] }),
    of('rewritten', { rewrites: [{ layer: 1, queries: [7], kind: 'shuffled', seed: 5 }] }),
    of('some', { samples: [3, 5], edits: [edit(stream, [1], from('clean'))] }),
    of('placed', { positions: [{ rows: [2, 6], positions: [6, 2] }] }),
  ];
  const cuts: Run[] = [
    of('cut', {
      cuts: [{ senders: ['a0.h0', 'm0'], receiver: 'a1.h1<v>', source: { kind: 'run', run: 'other' } }],
    }),
    of('cut logits', { cuts: [{ senders: ['input'], receiver: 'logits' }] }),
  ];
  return isPlain ? [...runs, ...cuts] : runs;
}

describe.each(['tiny-a', 'tiny-llama', 'tiny-gemma2', 'tiny-gpt_neox', 'tiny-olmo2'])(
  'samples on %s',
  (name) => {
    it('are one run each', async () => {
      const golden = await loadGolden(name, read);
      const model = await onGpu(golden, gpu);
      const runs = runsFor(golden.spec.placement === 'pre' && !golden.spec.parallel);
      const one = expandSamples(runs);
      const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
      const truth = (await reference({ runs, reuse: 'naive' })).runs;
      const isLeft = ({ base, captures }: Run) => base !== undefined && captures !== undefined;
      for (const reuse of ['naive', 'wavefront', 'forced'] satisfies Reuse[]) {
        const ours = (await forward(golden, model, { runs, reuse })).runs;
        const singles = (await forward(golden, model, { runs: one, reuse })).runs;
        expect(Object.keys(ours).sort()).toEqual(one.map(({ id }) => id).sort());
        for (const run of one) {
          const what = `${run.id}, ${reuse}`;
          expect(ours[run.id]!.metric, what).toEqual(singles[run.id]!.metric);
          expect(ours[run.id]!.unchanged, what).toEqual(singles[run.id]!.unchanged);
          if (isLeft(run)) expect(ours[run.id]!.captures, what).toEqual(singles[run.id]!.captures);
          expectNear(ours[run.id]!, truth[run.id]!, what);
        }
      }
    });
  },
);

function expectNear(ours: RunResult, truth: RunResult, what: string): void {
  const numbers = ({ metric: m }: RunResult) => (m ? [m.answer, m.distractor, m.max, m.logSumExp] : []);
  if (ours.metric) expect(compareTensors(numbers(ours), numbers(truth)).relative, what).toBeLessThan(BAR);
  expect(Object.keys(ours.captures).sort(), what).toEqual(Object.keys(truth.captures).sort());
  for (const [site, { data, shape }] of Object.entries(ours.captures)) {
    expect(shape, `${what}: ${site}`).toEqual(truth.captures[site]!.shape);
    expect(compareTensors(data, truth.captures[site]!.data).relative, `${what}: ${site}`).toBeLessThan(BAR);
  }
}

it('are split where one run would fill a sweep, without a change in any number', async () => {
  const golden = await loadGolden('tiny-llama', read);
  const runs = runsFor(false).filter(({ id }) => id !== 'query');
  const request = { runs, reuse: 'wavefront' } as const;
  const whole = (await forward(golden, await onGpu(golden, gpu), request)).runs;
  const small = await openTestGpu({ maxBindingBytes: 2 ** 14 });
  const plan = planForward(golden.spec, request, { maxBindingBytes: 2 ** 14 });
  expect(plan.sweeps.some(({ metrics }) => metrics.some(({ samples }) => samples[0] > 2))).toBe(true);
  const split = (await forward(golden, await onGpu(golden, small), request)).runs;
  expect(Object.keys(split).sort()).toEqual(Object.keys(whole).sort());
  for (const [id, result] of Object.entries(whole)) expect(split[id], id).toEqual(result);
  small.destroy();
});
