/** Reads GPU memory back to the host. */
import { startBuffer } from './buffers';
import type { Gpu } from './device';
import { Recorder } from './recorder';

/** The part of the result from byte `offset` on (a multiple of 8); only valid in the reader. */
export type Landed = (offset: number, bytes: number) => ArrayBuffer;

/** Collects copies of results, so that one wait reads them all. Copies may be recorded at once. */
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
   * Reads the contents, once, after all work submitted so far. `valid` rejects if the copies were
   * invalid.
   * @throws DeviceLostError; Error if there is no memory for the copy.
   */
  async read<T>(valid: Promise<void>, reader: (landed: Landed) => T): Promise<T> {
    const mapped = this.gpu.completion(this.buffer.mapAsync(GPUMapMode.READ, 0, this.bytes));
    for (const promise of [valid, mapped]) promise.catch(() => {});
    try {
      // Awaited in this order so that the most informative error wins.
      await this.made;
      await valid;
      await mapped;
      return reader((offset, bytes) => this.buffer.getMappedRange(offset, bytes));
    } finally {
      this.destroy();
    }
  }

  /** Discards it unread. */
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
