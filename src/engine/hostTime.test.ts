/**
 * Planning time, in units of a fixed piece of arithmetic in the same process: a slow or busy
 * machine slows both.
 */
import { expect, it } from 'vitest';
import { planForward } from '../forward/plan/plan';
import { cpuTime } from '../util/testing';
import { openStubModel } from './testing/stubModel';
import { threeKindTrace } from './testing/stubQuestions';

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
