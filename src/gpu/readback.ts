/** From GPU memory to the host. */

import { createBuffer } from './buffers';
import type { Gpu } from './device';

/**
 * `bytes` of a buffer from `offset` (both multiples of 4), after all work submitted so far.
 * @throws DeviceLostError; Error if there is no memory for the staging buffer.
 */
export async function readback(
  gpu: Gpu,
  buffer: GPUBuffer,
  offset: number,
  bytes: number,
): Promise<ArrayBuffer> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = await createBuffer(gpu, `readback of ${buffer.label}`, bytes, usage);
  try {
    gpu.device.pushErrorScope('validation');
    const encoder = gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
    gpu.device.queue.submit([encoder.finish()]);
    const refused = await gpu.guard(gpu.device.popErrorScope());
    if (refused) throw new Error(`internal: readback of '${buffer.label}' was refused: ${refused.message}`);
    await gpu.guard(staging.mapAsync(GPUMapMode.READ, 0, bytes));
    return staging.getMappedRange(0, bytes).slice(0);
  } finally {
    staging.destroy();
  }
}

/** As `readback`, for `count` f32 from element `first`. */
export async function readFloats(
  gpu: Gpu,
  buffer: GPUBuffer,
  first: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await readback(gpu, buffer, 4 * first, 4 * count));
}
