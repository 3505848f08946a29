/** How fast the adapter is, so that work can be cut into submits of a chosen length. */

import { createBuffer } from './buffers';
import type { Gpu } from './device';
import { ACT } from './kernels/matmul';
import { Recorder } from './recorder';

const ROWS = 64;
const WIDTH = 512;
/** Multiply-adds count as two. */
const FLOPS = 2 * ROWS * WIDTH * WIDTH;
/** A measurement shorter than this says more about the waiting than about the kernel. */
const ENOUGH_MS = 20;
const MAX_DISPATCHES = 1024;

/**
 * FLOP/s of `gemm` at a size typical of a trace: 34 MFLOP after a warm-up, repeated within one submit until
 * the time is long enough to trust.
 */
export async function calibrate(gpu: Gpu): Promise<number> {
  const sizes = { a: ROWS * WIDTH, w: WIDTH * WIDTH, bias: WIDTH, out: ROWS * WIDTH };
  const buffers = await Promise.all(
    Object.entries(sizes).map(([name, count]) => createBuffer(gpu, `calibrate ${name}`, 4 * count)),
  );
  const recorder = new Recorder(gpu);
  const product = { row0: 0, rows: ROWS, K: WIDTH, N: WIDTH, act: ACT.none };
  const params = { ...product, hasBias: 1, oStride: WIDTH, oOffset: 0 };
  const ranges = buffers.map((buffer) => ({ buffer }));
  const time = async (dispatches: number): Promise<number> => {
    for (let i = 0; i < dispatches; i++) recorder.dispatch('gemm', ranges, params);
    const start = performance.now();
    await recorder.submit();
    return performance.now() - start;
  };
  try {
    await time(1);
    let dispatches = 1;
    let ms = await time(dispatches);
    while (ms < ENOUGH_MS && dispatches < MAX_DISPATCHES) {
      dispatches *= 8;
      ms = await time(dispatches);
    }
    return (FLOPS * dispatches) / (ms / 1000);
  } finally {
    recorder.destroy();
    for (const buffer of buffers) buffer.destroy();
  }
}
