/**
 * Checks a dispatch before it is recorded, so that our own mistakes surface here, with names, and
 * not in the driver.
 */
import type { Gpu } from './device';
import type { Kernel } from './kernels/define';

/** Part of a buffer in bytes; by default up to its end. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

const numbers = new WeakMap<GPUBuffer, number>();
let buffers = 0;

/** Equal keys: the same ranges of the same buffers. */
export function bindingKey(ranges: readonly BufferRange[]): string {
  let key = '';
  for (const { buffer, offset = 0, size = 0 } of ranges) {
    const number = numbers.get(buffer) ?? buffers++;
    numbers.set(buffer, number);
    key += `${number}+${offset}:${size} `;
  }
  return key;
}

/** Resolves offsets and sizes, and checks them against the record and the adapter's limits. */
export function checkBindings(
  gpu: Gpu,
  kernel: Kernel,
  ranges: readonly BufferRange[],
): readonly Required<BufferRange>[] {
  if (ranges.length !== kernel.storage.length) {
    const names = kernel.storage.map((binding) => binding.name).join(', ');
    throw new Error(`internal: ${kernel.name}: got ${ranges.length} buffers, expected ${names}.`);
  }
  const { maxBindingBytes, offsetAlignment } = gpu.limits;
  return kernel.storage.map((binding, index) => {
    const range = ranges[index] as BufferRange;
    const where = `internal: ${kernel.name}.${binding.name} ('${range.buffer.label}')`;
    const offset = range.offset ?? 0;
    const size = range.size ?? range.buffer.size - offset;
    if (offset % offsetAlignment !== 0) {
      throw new Error(`${where}: offset ${offset}, expected a multiple of ${offsetAlignment}.`);
    }
    if (size <= 0 || offset + size > range.buffer.size) {
      throw new Error(`${where}: bytes ${offset} to ${offset + size} of a buffer of ${range.buffer.size}.`);
    }
    if (size > maxBindingBytes) {
      throw new Error(
        `${where}: binds ${size} bytes, expected at most ${maxBindingBytes}. Bind it in parts.`,
      );
    }
    const shared = ranges.some((other, i) => i !== index && other.buffer === range.buffer);
    if (binding.access === 'read_write' && shared) {
      throw new Error(`${where}: written and bound a second time in one dispatch. Use another buffer.`);
    }
    return { buffer: range.buffer, offset, size };
  });
}
