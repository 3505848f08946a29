/**
 * Planning time, in units of a fixed piece of arithmetic in the same process: a slow or busy
 * machine slows both.
 */
import { expect, it } from 'vitest';
import { planForward } from '../forward/plan/plan';
import { cpuTime } from '../util/testing';
import { openStubModel } from './testing/stubModel';
import { runExperiment } from './running';
import { threeKindTrace, twoEdits } from './testing/stubQuestions';

/** Milliseconds of CPU time. */
function timeOf(work: () => unknown): number {
  const began = cpuTime();
  work();
  return cpuTime() - began;
}

/** The minimum of two excludes incidental garbage collection. */
const lesser = (work: () => unknown): number => Math.min(timeOf(work), timeOf(work));

/** 20 million dependent multiply-adds. */
function arithmetic(): number {
  let x = 0.5;
  for (let i = 0; i < 20_000_000; i++) x = x * 0.999 + (i & 7);
  return x;
}

it('plans a trace of 24 layers, 41 tokens and ten draws in few such pieces, its tables in 10 MB', async () => {
  const { spec } = await openStubModel('narrow-24');
  const { experiment, spec: asked } = threeKindTrace(spec, 41, 10);
  const plan = () => {
    const runs = experiment.plan(asked, spec, 0, null);
    return planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 31 - 4 });
  };
  const tables = plan().sweeps.flatMap(({ tensors }) => tensors.map(({ data }) => data?.byteLength ?? 0));
  expect(tables.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(10e6);
  expect(lesser(plan) / lesser(arithmetic)).toBeLessThan(20);
});

/** CPU milliseconds, the median of nine after a warm-up. */
async function typicalTime(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const began = cpuTime();
    await work();
    times.push(cpuTime() - began);
  }
  return times.slice(3).sort((a, b) => a - b)[4]!;
}

it('answers with edits made by hand in at most 30 ms beyond one forward pass', async () => {
  const { spec, running } = await openStubModel('gpt2-small');
  const asked = twoEdits(spec, 10);
  const options = { signal: new AbortController().signal, store: null, key: '' };
  const tokens = (asked.spec.cases as { tokens: number[] }[])[0]!.tokens;
  const captures = [{ site: 'unembed.hook_out', rows: [9] }];
  const clean = { id: 'clean', tokens, captures, metric: { row: 9, answer: 1 } };
  const forward = await typicalTime(() => running.backend.forward({ runs: [clean], reuse: 'wavefront' }));
  const answer = await typicalTime(() => runExperiment(asked, running, options));
  console.warn(`edits: ${answer.toFixed(1)} ms, one forward pass ${forward.toFixed(1)} ms`);
  expect(answer - forward).toBeLessThan(30);
});
