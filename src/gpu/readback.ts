/** From GPU memory to the host. */

import { startBuffer } from './buffers';
import type { Gpu } from './device';
import { Recorder } from './recorder';

/** The part of what was read that begins at `offset` (a multiple of 8) bytes; gone when the reader returns. */
export type Landed = (offset: number, bytes: number) => ArrayBuffer;

/** Where commands copy results to, so that all of them are read in one wait. Copies may be recorded at once. */
export class Landing {
  readonly buffer: GPUBuffer;
  private readonly made: Promise<void>;

  constructor(
    private readonly gpu: Gpu,
    label: string,
    private readonly bytes: number,
  ) {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const { buffer, made } = startBuffer(gpu, { label: `readback of ${label}`, bytes }, usage);
    this.buffer = buffer;
    this.made = made;
    made.catch(() => {});
  }

  /**
   * What lies here when all that is submitted by now is done; it can be read once. `valid`: whether the copies are.
   * @throws DeviceLostError; Error if there is no memory for the copy.
   */
  async read<T>(valid: Promise<void>, reader: (landed: Landed) => T): Promise<T> {
    const mapped = this.gpu.completion(this.buffer.mapAsync(GPUMapMode.READ, 0, this.bytes));
    for (const promise of [valid, mapped]) promise.catch(() => {});
    try {
      // In the order of what says most where something failed.
      await this.made;
      await valid;
      await mapped;
      return reader((offset, bytes) => this.buffer.getMappedRange(offset, bytes));
    } finally {
      this.destroy();
    }
  }

  /** Without being read. */
  destroy(): void {
    this.buffer.destroy();
  }
}

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
  const landing = new Landing(gpu, buffer.label, bytes);
  const recorder = new Recorder(gpu);
  recorder.copy(buffer, offset, landing.buffer, 0, bytes);
  return landing.read(recorder.send(), (landed) => landed(0, bytes).slice(0));
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
