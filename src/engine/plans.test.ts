import { afterEach, expect, it, vi } from 'vitest';
import type { Run } from '../forward/request/types';
import type { ForwardRequest } from '../forward/request/contract';
import { gpt2Spec } from '../model/testing';
import { Plans } from './plans';
import { runExperiment, type RunningModel } from './running';
import { openStubModel } from './testing/stubModel';
import { threeKindTrace } from './testing/stubQuestions';

afterEach(() => vi.restoreAllMocks());

const spec = gpt2Spec();
const run: Run = { id: 'a', tokens: [1, 2, 3], metric: { row: 2, answer: 1 } };
const requestOf = (runs: readonly Run[]): ForwardRequest => ({ runs, reuse: 'wavefront' });

it('the same list of runs has one plan, another list or another way of execution its own', async () => {
  const plans = new Plans(spec, { maxBindingBytes: 2 ** 27 });
  const runs = [run];
  const [first, again] = await Promise.all([plans.of(requestOf(runs)), plans.of(requestOf(runs))]);
  expect(again).toBe(first);
  expect(await plans.of(requestOf([run]))).not.toBe(first);
  expect(await plans.of({ runs, reuse: 'naive' })).not.toBe(first);
});

it('makes a plan that another caller gave up, and throws its error', async () => {
  // Planning pauses at every step and checks the signal then.
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    clock += 1000;
    return clock;
  });
  const plans = new Plans(spec, { maxBindingBytes: 2 ** 27 });
  const controller = new AbortController();
  controller.abort(new Error('typed on'));
  const runs = [run];
  const given = plans.of(requestOf(runs), controller.signal);
  const wanted = plans.of(requestOf(runs));
  await expect(given).rejects.toThrow('typed on');
  expect((await wanted).sweeps.length).toBeGreaterThan(0);
  const wrong = requestOf([{ ...run, metric: { row: 9, answer: 1 } }]);
  await expect(plans.of(wrong)).rejects.toThrow('row');
  await expect(plans.of(wrong)).rejects.toThrow('row');
});

it('what is estimated before a run of one prompt is what is run', async () => {
  const { spec: model, running } = await openStubModel('narrow-6');
  const asked = threeKindTrace(model, 5, 2);
  const seen: (readonly Run[])[] = [];
  const backend: RunningModel['backend'] = {
    ...running.backend,
    estimate: (request, signal) => {
      seen.push(request.runs);
      return running.backend.estimate(request, signal);
    },
    forward: (request, options) => {
      seen.push(request.runs);
      return running.backend.forward(request, options);
    },
  };
  const { signal } = new AbortController();
  for (let i = 0; i < 2; i++)
    await runExperiment(asked, { ...running, backend }, { signal, store: null, key: '' });
  expect(seen).toHaveLength(4);
  expect(new Set(seen).size).toBe(1);
});
