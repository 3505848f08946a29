/**
 * GPU memory. A failed allocation becomes an error with the buffer's name and size; WebGPU reports
 * it late and elsewhere.
 */
import type { Gpu } from './device';

/** STORAGE | COPY_DST | COPY_SRC as numbers: Node has the names only once the package is loaded. */
const STORAGE_USAGE = 0x80 | 0x08 | 0x04;

const MIB = 1024 * 1024;

/** Smallest pooled buffer in bytes. */
const MIN_BUCKET = 256;

function describeBytes(bytes: number): string {
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${bytes} bytes`;
}

/** A request for a buffer. */
export interface Want {
  readonly label: string;
  /** Rounded up to 4. */
  readonly bytes: number;
}

/**
 * A zero-filled buffer for kernels and copies, both read and written, unless `usage` says
 * otherwise.
 * @throws Error if it exceeds the adapter's limits or memory runs out; DeviceLostError.
 */
export async function createBuffer(
  gpu: Gpu,
  label: string,
  bytes: number,
  usage: GPUBufferUsageFlags = STORAGE_USAGE,
): Promise<GPUBuffer> {
  const { buffer, made } = startBuffer(gpu, { label, bytes }, usage);
  await made;
  return buffer;
}

/**
 * As `createBuffer`, without waiting: commands may use the buffer at once, but their results are
 * valid only once `made` resolves.
 */
export function startBuffer(
  gpu: Gpu,
  want: Want,
  usage: GPUBufferUsageFlags,
): { readonly buffer: GPUBuffer; readonly made: Promise<void> } {
  const { buffers, why } = allocate(gpu, [want], usage);
  const buffer = buffers[0]!;
  return { buffer, made: why.then((reason) => refuse(gpu, want, buffer, reason)) };
}

function refuse(gpu: Gpu, { label, bytes }: Want, buffer: GPUBuffer, why: string | null): void {
  if (why === null) return;
  buffer.destroy();
  throw new Error(
    `gpu: buffer '${label}' of ${describeBytes(bytes)} could not be allocated, ${why} ` +
      `(limit ${describeBytes(gpu.limits.maxBufferBytes)}). Close other pages that use the GPU, or use a smaller model.`,
  );
}

/** Creates many buffers in one wait. Throws as `createBuffer` does, and then frees all of them. */
export async function createBuffers(
  gpu: Gpu,
  wants: readonly Want[],
  usage: GPUBufferUsageFlags = STORAGE_USAGE,
): Promise<GPUBuffer[]> {
  if (wants.length === 0) return [];
  const { buffers, why } = allocate(gpu, wants, usage);
  if ((await why) === null) return buffers;
  for (const buffer of buffers) buffer.destroy();
  // Retries one by one to find which allocation fails.
  const made: GPUBuffer[] = [];
  try {
    for (const { label, bytes } of wants) made.push(await createBuffer(gpu, label, bytes, usage));
  } catch (error) {
    for (const buffer of made) buffer.destroy();
    throw error;
  }
  return made;
}

/** Returns the buffers, and a promise of a phrase that says why they are unusable, or null. */
function allocate(
  gpu: Gpu,
  wants: readonly Want[],
  usage: GPUBufferUsageFlags,
): { readonly buffers: GPUBuffer[]; readonly why: Promise<string | null> } {
  gpu.assertAlive();
  const { device, limits } = gpu;
  const large = wants.find(({ bytes }) => bytes > limits.maxBufferBytes);
  if (large) {
    throw new Error(
      `gpu: buffer '${large.label}' needs ${describeBytes(large.bytes)}, this adapter allows at most ` +
        `${describeBytes(limits.maxBufferBytes)} in one buffer. Use a smaller model or fewer patches at once.`,
    );
  }
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const buffers = wants.map(({ label, bytes }) =>
    device.createBuffer({ label, size: Math.max(4, Math.ceil(bytes / 4) * 4), usage }),
  );
  const errors = gpu.guard(Promise.all([device.popErrorScope(), device.popErrorScope()]));
  const why = errors.then(
    ([invalid, exhausted]) =>
      exhausted ? 'not enough GPU memory' : invalid ? `invalid: ${invalid.message}` : null,
    (error: unknown) => {
      for (const buffer of buffers) buffer.destroy();
      throw error;
    },
  );
  return { buffers, why };
}

/**
 * Copies a typed array to `offset` bytes in a buffer, in queue order. Its byte length must be a
 * multiple of 4.
 */
export function upload(gpu: Gpu, buffer: GPUBuffer, offset: number, data: ArrayBufferView): void {
  gpu.device.queue.writeBuffer(buffer, offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/**
 * Size class of a request: power-of-two steps, quartered above 4 KiB, which keeps waste under 25 %.
 * Exceeds the limit of a binding or buffer only if the request does. A multiple of 4.
 */
export function bucketBytes(bytes: number, limits: Gpu['limits']): number {
  const whole = 4 * Math.ceil(bytes / 4);
  const power = 2 ** Math.ceil(Math.log2(Math.max(whole, MIN_BUCKET)));
  const step = power > 4096 ? power / 8 : power;
  const bucket = Math.max(MIN_BUCKET, Math.ceil(whole / step) * step);
  const ceiling = whole <= limits.maxBindingBytes ? limits.maxBindingBytes : limits.maxBufferBytes;
  return Math.max(whole, Math.min(bucket, 4 * Math.floor(ceiling / 4)));
}
