/**
 * How long planning takes, in units of a fixed piece of arithmetic done in the same process: a slow or a busy machine
 * is slow at both.
 */
import { expect, it } from 'vitest';
import { planForward } from '../forward/plan/plan';
import { cpuTime } from '../util/testing';
import { openStubModel } from './testing/stubModel';
import { threeKindTrace } from './testing/stubQuestions';

/** Milliseconds of CPU time of 20 million dependent multiply-adds. */
function arithmetic(): number {
  const began = cpuTime();
  let x = 0.5;
  for (let i = 0; i < 20_000_000; i++) x = x * 0.999 + (i & 7);
  const ms = cpuTime() - began;
  expect(x).toBeGreaterThan(0);
  return ms;
}

/** The least of three: what the work itself takes, without what a collector adds by chance. */
function leastOf(measure: () => number): number {
  return Math.min(measure(), measure(), measure());
}

it('planning a trace of six layers, 20 tokens and ten draws costs at most twelve such pieces', async () => {
  const { spec } = await openStubModel('narrow-6');
  const { experiment, spec: asked } = threeKindTrace(spec, 20, 10);
  const planned = leastOf(() => {
    const began = cpuTime();
    const runs = experiment.plan(asked, spec, 0, null);
    planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 31 - 4 });
    return cpuTime() - began;
  });
  const unit = leastOf(arithmetic);
  expect(planned / unit).toBeLessThan(12);
});
