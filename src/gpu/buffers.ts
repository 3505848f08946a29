/**
 * GPU memory: buffers whose failed allocation is an error with the name and size in it (WebGPU reports it
 * late and elsewhere), and a pool that hands used buffers out again.
 */

import { DeviceLostError, type Gpu } from './device';

/** STORAGE | COPY_DST | COPY_SRC, in numbers: in Node their names exist only once the package is loaded. */
const STORAGE_USAGE = 0x80 | 0x08 | 0x04;

const MIB = 1024 * 1024;

/** Smallest pooled buffer in bytes. */
const MIN_BUCKET = 256;

function describeBytes(bytes: number): string {
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${bytes} bytes`;
}

/**
 * A buffer of `bytes` (rounded up to 4), zero-filled, readable and writable by kernels and copies unless `usage`
 * says otherwise.
 * @throws Error if it is larger than the adapter allows or memory is out; DeviceLostError.
 */
export async function createBuffer(
  gpu: Gpu,
  label: string,
  bytes: number,
  usage: GPUBufferUsageFlags = STORAGE_USAGE,
): Promise<GPUBuffer> {
  gpu.assertAlive();
  const limit = gpu.limits.maxBufferBytes;
  if (bytes > limit) {
    throw new Error(
      `gpu: buffer '${label}' needs ${describeBytes(bytes)}, this adapter allows at most ${describeBytes(limit)} ` +
        'in one buffer. Use a smaller model or fewer patches at once.',
    );
  }
  const { device } = gpu;
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const buffer = device.createBuffer({ label, size: Math.max(4, Math.ceil(bytes / 4) * 4), usage });
  const errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const [invalid, exhausted] = await gpu.guard(errors).catch((error: unknown) => {
    buffer.destroy();
    throw error;
  });
  if (invalid || exhausted) {
    buffer.destroy();
    const why = exhausted ? 'not enough GPU memory' : `invalid: ${invalid?.message}`;
    throw new Error(
      `gpu: buffer '${label}' of ${describeBytes(bytes)} could not be allocated, ${why} ` +
        `(limit ${describeBytes(limit)}). Close other pages that use the GPU, or use a smaller model.`,
    );
  }
  return buffer;
}

/** Copies a typed array into a buffer at `offset` bytes, in queue order. Its byte length must be a multiple of 4. */
export function upload(gpu: Gpu, buffer: GPUBuffer, offset: number, data: ArrayBufferView): void {
  gpu.device.queue.writeBuffer(buffer, offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/**
 * Size class of a request: power-of-two steps, quartered above 4 KiB, so that waste stays under 25 %. Never
 * larger than one binding or buffer where the request itself is not.
 */
export function bucketBytes(bytes: number, limits: Gpu['limits']): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(bytes, MIN_BUCKET)));
  const step = power > 4096 ? power / 8 : power;
  const bucket = Math.max(MIN_BUCKET, Math.ceil(bytes / step) * step);
  const ceiling = bytes <= limits.maxBindingBytes ? limits.maxBindingBytes : limits.maxBufferBytes;
  return Math.max(bytes, Math.min(bucket, ceiling));
}

/** Buffers for activations, reused by size class. Contents are whatever the last user left. */
export class BufferPool {
  private readonly free = new Map<number, GPUBuffer[]>();
  private readonly used = new Map<GPUBuffer, number>();
  private usedBytes = 0;
  private heldBytes = 0;

  constructor(private readonly gpu: Gpu) {}

  /** Bytes of the buffers that are handed out. */
  get bytesInUse(): number {
    return this.usedBytes;
  }

  /** Bytes of all buffers, handed out or waiting. */
  get bytesHeld(): number {
    return this.heldBytes;
  }

  /** A storage buffer of at least `bytes`. */
  async acquire(label: string, bytes: number): Promise<GPUBuffer> {
    const bucket = bucketBytes(bytes, this.gpu.limits);
    const kept = this.free.get(bucket)?.pop();
    const buffer = kept ?? (await this.create(label, bucket));
    this.used.set(buffer, bucket);
    this.usedBytes += bucket;
    return buffer;
  }

  /** Hands a buffer back; recorded work that uses it must be submitted before work of the next user is. */
  release(buffer: GPUBuffer): void {
    const bucket = this.used.get(buffer);
    if (bucket === undefined) {
      throw new Error(`internal: buffer '${buffer.label}' was released to a pool that had not lent it.`);
    }
    this.used.delete(buffer);
    this.usedBytes -= bucket;
    const waiting = this.free.get(bucket);
    if (waiting) waiting.push(buffer);
    else this.free.set(bucket, [buffer]);
  }

  /** Frees every buffer, handed out ones too. */
  destroyAll(): void {
    for (const buffer of this.used.keys()) buffer.destroy();
    this.used.clear();
    this.destroyFree();
    this.usedBytes = 0;
    this.heldBytes = 0;
  }

  private async create(label: string, bucket: number): Promise<GPUBuffer> {
    let buffer: GPUBuffer;
    try {
      buffer = await createBuffer(this.gpu, label, bucket);
    } catch (error) {
      if (error instanceof DeviceLostError || this.free.size === 0) throw error;
      // Buffers of other sizes that nobody uses may be what fills the memory.
      this.destroyFree();
      buffer = await createBuffer(this.gpu, label, bucket);
    }
    this.heldBytes += bucket;
    return buffer;
  }

  private destroyFree(): void {
    for (const [bucket, buffers] of this.free) {
      for (const buffer of buffers) buffer.destroy();
      this.heldBytes -= bucket * buffers.length;
    }
    this.free.clear();
  }
}
