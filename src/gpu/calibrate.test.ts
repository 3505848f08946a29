import { afterEach, expect, it, vi } from 'vitest';
import { calibrate } from './calibrate';
import { openGpu } from './device';
import { createStubGpu } from './testing/stubDevice';

afterEach(() => vi.restoreAllMocks());

/** Round trip to the device in milliseconds. */
const LATENCY = 0.5;

/**
 * Speeds of a device whose every dispatch takes `ms`, and the milliseconds spent measuring them.
 */
async function speedsAt(ms: number) {
  const stub = createStubGpu();
  const gpu = await openGpu({ gpu: stub.gpu });
  stub.reset();
  const { queue } = gpu.device;
  let [clock, counted] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const done = queue.onSubmittedWorkDone;
  queue.onSubmittedWorkDone = async () => {
    await done();
    const { dispatches } = stub.counters();
    clock += LATENCY + ms * (dispatches - counted);
    counted = dispatches;
  };
  const speeds = await calibrate(gpu, 'gemm');
  return { ...speeds, took: clock, left: stub.counters().liveBytes };
}

it('a fast device is timed by many dispatches at once, without the way there and back', async () => {
  const { products, attention, numbers, dispatch, took, left } = await speedsAt(0.01);
  expect(dispatch).toBeCloseTo(1e-5, 12);
  expect(products[0]).toBeCloseTo((2 * 64 * 256 * 768) / 1e-5, -3);
  expect(products[1] / products[0]).toBeCloseTo(2048 / 64, 6);
  // Two dispatches each.
  expect(attention).toBeCloseTo((4 * 64 * 16 * 8 * 64) / 2e-5, -3);
  expect(numbers).toBeCloseTo((256 * 128) / 1e-5, -3);
  expect(took).toBeLessThan(40);
  expect(left).toBe(0);
});

it('a slow one is not asked for a large product', async () => {
  const { products, took } = await speedsAt(20);
  expect(products[1]).toBe(products[0]);
  expect(took).toBeLessThan(500);
});
