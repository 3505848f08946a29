import { expect, it } from 'vitest';
import { createBuffer, upload } from '../buffers';
import { openGpu } from '../device';
import { ACT } from '../kernels/matmul';
import { BufferPool } from '../pool';
import { readback } from '../readback';
import { Recorder } from '../recorder';
import { createStubGpu } from './stubDevice';

const product = { row0: 0, rows: 4, K: 4, N: 4, act: ACT.none, hasBias: 0, oStride: 4, oOffset: 0 };

it('counts what a recorder does: dispatches, copies, uploads and uniforms apart', async () => {
  const stub = createStubGpu();
  const gpu = await openGpu({ gpu: stub.gpu });
  const buffers = await Promise.all(['a', 'w', 'b', 'out'].map((name) => createBuffer(gpu, name, 64)));
  stub.reset();
  const recorder = new Recorder(gpu);
  upload(gpu, buffers[0]!, 0, new Float32Array(16));
  for (let i = 0; i < 3; i++) {
    recorder.dispatch(
      'gemm',
      buffers.map((buffer) => ({ buffer })),
      product,
    );
  }
  recorder.copy(buffers[3]!, 0, buffers[0]!, 16, 32);
  await recorder.submit();
  const counters = stub.counters();
  expect(counters).toMatchObject({ dispatches: 3, copies: 1, submits: 1, readbacks: 0, pipelines: 1 });
  expect(counters.tableBytes).toBe(64);
  // All three dispatches share one 256-byte slot, since their params are equal.
  expect(counters.uniformBytes).toBe(256);
});

it('counts bytes of live buffers, and the most that lived at once', async () => {
  const stub = createStubGpu();
  const gpu = await openGpu({ gpu: stub.gpu });
  const kept = await createBuffer(gpu, 'kept', 1024);
  (await createBuffer(gpu, 'gone', 4096)).destroy();
  expect(stub.counters()).toMatchObject({ buffers: 2, liveBytes: 1024, peakBytes: 5120 });
  stub.reset();
  expect(stub.counters()).toMatchObject({ buffers: 0, liveBytes: 1024, peakBytes: 1024 });
  kept.destroy();
  kept.destroy();
  const pool = new BufferPool(gpu);
  pool.takeBack(await pool.lend([{ label: 'a', bytes: 1000 }]));
  await pool.lend([{ label: 'b', bytes: 1000 }]);
  expect(stub.counters()).toMatchObject({ buffers: 1, liveBytes: 1024, peakBytes: 1024 });
});

it('reads back zeros, or given values', async () => {
  const silent = await openGpu({ gpu: createStubGpu().gpu });
  const zeros = await readback(silent, await createBuffer(silent, 'a', 8), 0, 8);
  expect(new Float32Array(zeros)).toEqual(new Float32Array(2));
  const stub = createStubGpu({ fill: (bytes) => new Float32Array(bytes).fill(7) });
  const gpu = await openGpu({ gpu: stub.gpu });
  const sevens = await readback(gpu, await createBuffer(gpu, 'a', 8), 0, 8);
  expect(new Float32Array(sevens)).toEqual(new Float32Array([7, 7]));
  expect(stub.counters()).toMatchObject({ readbacks: 1, readBytes: 8, copies: 0 });
});

it('counts what is asked for in one turn as one trip, and what waits for it as another', async () => {
  const stub = createStubGpu();
  const { device } = await openGpu({ gpu: stub.gpu });
  stub.reset();
  await Promise.all([device.popErrorScope(), device.popErrorScope(), device.queue.onSubmittedWorkDone()]);
  expect(stub.counters().trips).toBe(1);
  const first = device.queue.onSubmittedWorkDone();
  // The same turn: only microtasks in between.
  await Promise.resolve();
  await Promise.all([first, device.queue.onSubmittedWorkDone()]);
  expect(stub.counters().trips).toBe(2);
  await device.popErrorScope();
  await device.popErrorScope();
  expect(stub.counters().trips).toBe(4);
});

it('pretends other limits', async () => {
  const { gpu } = createStubGpu({ limits: { maxStorageBufferBindingSize: 2 ** 27 } });
  const { limits } = await openGpu({ gpu });
  expect(limits).toEqual({
    maxBindingBytes: 2 ** 27,
    maxBufferBytes: 2 ** 32,
    offsetAlignment: 256,
    maxWorkgroups: 65535,
  });
});
