/** The store in a browser: after a reload, a new worker finds what an earlier one kept. */
import { type Remote, wrap } from 'comlink';
import { expect, it } from 'vitest';
import type { MeasuredStore } from './running';
import { NOTHING_SPENT } from './spent';

async function inWorker<T>(work: (store: Remote<MeasuredStore>) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL('./testing/storeWorker.ts', import.meta.url), { type: 'module' });
  try {
    const open = wrap<() => Promise<Remote<MeasuredStore>>>(worker);
    return await work((await open()) as Remote<MeasuredStore>);
  } finally {
    worker.terminate();
  }
}

it('keeps measured cases in OPFS from one worker to the next, until the study is removed', async () => {
  const key = `test-${Date.now()}`;
  const spent = { ...NOTHING_SPENT, seconds: 2 };
  await inWorker(async (store) => {
    expect((await store.load(key)).cases.size).toBe(0);
    await store.save(key, { cases: new Map([[3, { sum: 0.1 }]]), spent });
    await store.save(key, { cases: new Map([[1, { sum: 1e-300 }]]), spent });
  });
  const kept = await inWorker((store) => store.load(key));
  expect([...kept.cases]).toEqual([
    [3, { sum: 0.1 }],
    [1, { sum: 1e-300 }],
  ]);
  expect(kept.spent.seconds).toBe(4);
  await inWorker((store) => store.remove(key));
  expect((await inWorker((store) => store.load(key))).cases.size).toBe(0);
});
