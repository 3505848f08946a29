/** What a request waits for, on a GPU stub. */
import { expect, it } from 'vitest';
import type { Run } from '../forward/request/types';
import { range } from '../util/range';
import { openStubModel } from './testing/stubModel';

const metric = { row: 3, answer: 1 };

/** A clean run, a corrupted one, and runs in three units that restore the clean run's states. */
const runs: Run[] = [
  { id: 'clean', tokens: [1, 2, 3, 4], metric },
  { id: 'corrupted', tokens: [1, 9, 3, 4], metric },
  ...['hook_resid_post', 'hook_mlp_out', 'hook_attn_out'].flatMap((site) =>
    range(0, 6).map((l): Run => {
      const source = { kind: 'run', run: 'clean' } as const;
      const edits = [{ site: `blocks.${l}.${site}`, rows: [1], op: 'set', source } as const];
      return { id: `${site}${l}`, unit: site, base: 'corrupted', edits, metric };
    }),
  ),
];
const request = { runs, reuse: 'wavefront' } as const;

/** About 25 submits, few enough to be read together. */
const SMALL_BUDGET = 9e5;

const deviceOf = async (gpu: GPU): Promise<GPUDevice> => (await gpu.requestAdapter())!.requestDevice();

it('a request waits for its buffers and its kernels, and for what it reads', async () => {
  const { backend, stub } = await openStubModel('narrow-6');
  await backend.forward(request);
  // Four submits; the fourth waits for the first.
  expect(stub.counters()).toMatchObject({ trips: 3, submits: 4, readbacks: 1 });
  stub.reset();
  // Kernels and buffers exist now, except result buffers and uniforms, which grow once.
  await backend.forward(request);
  expect(stub.counters()).toMatchObject({ trips: 2, submits: 4, readbacks: 1, buffers: 3 });
});

it('units are read one by one where they are shown, each when it is finished', async () => {
  const { backend, stub } = await openStubModel('narrow-6');
  const shown: [string, number][] = [];
  const { counters } = await backend.forward(request, {
    onUnit: (unit, results) => shown.push([unit, Object.keys(results).length]),
  });
  expect(shown).toEqual([
    ['', 5],
    ['hook_resid_post', 10],
    ['hook_mlp_out', 15],
    ['hook_attn_out', 20],
  ]);
  expect(stub.counters()).toMatchObject({ readbacks: 4, submits: 4 });
  expect(counters).toMatchObject({ readbacks: 4, submits: 4 });
});

it('at most three submits are unfinished, and progress advances with each', async () => {
  const { backend, stub } = await openStubModel('narrow-6', { budgetFlops: SMALL_BUDGET });
  const device = await deviceOf(stub.gpu);
  const [submit, done] = [device.queue.submit, device.queue.onSubmittedWorkDone];
  let [unfinished, most] = [0, 0];
  device.queue.submit = (commands) => {
    most = Math.max(most, ++unfinished);
    return submit(commands);
  };
  device.queue.onSubmittedWorkDone = async () => {
    await done();
    unfinished--;
  };
  const fractions: number[] = [];
  const { counters } = await backend.forward(request, { onProgress: (fraction) => fractions.push(fraction) });
  expect(counters.submits).toBeGreaterThan(20);
  expect(most).toBe(3);
  // The first reports the start.
  expect(fractions).toHaveLength(counters.submits + 1);
  expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  expect(fractions.at(-1)).toBeCloseTo(1, 9);
});

it('a cancel takes effect when at most two more submits are under way', async () => {
  const { backend, stub } = await openStubModel('narrow-6', { budgetFlops: SMALL_BUDGET });
  const controller = new AbortController();
  let finished = 0;
  const forward = backend.forward(request, {
    signal: controller.signal,
    onProgress: (fraction) => {
      if (fraction > 0 && ++finished === 5) controller.abort();
    },
  });
  await expect(forward).rejects.toMatchObject({ name: 'AbortError' });
  expect(stub.counters().submits).toBeLessThanOrEqual(5 + 2 + 1);
  expect(finished).toBe(5);
});

it('what WebGPU refuses of any submit ends the request, and the next one begins afresh', async () => {
  const { backend, stub } = await openStubModel('narrow-6', { budgetFlops: SMALL_BUDGET });
  const device = await deviceOf(stub.gpu);
  const pop = device.popErrorScope;
  let refusals = 10;
  device.popErrorScope = async () => {
    await pop();
    return --refusals === 0 ? ({ message: 'too many legs' } as GPUError) : null;
  };
  await expect(backend.forward(request)).rejects.toThrow(
    'internal: WebGPU refused the recorded commands: too many legs',
  );
  expect(Object.keys((await backend.forward(request)).runs)).toHaveLength(20);
});

it('an error of what is shown ends the request', async () => {
  const { backend } = await openStubModel('narrow-6');
  const onUnit = (unit: string): void => {
    if (unit === 'hook_mlp_out') throw new Error('not drawn');
  };
  await expect(backend.forward(request, { onUnit })).rejects.toThrow('not drawn');
});
