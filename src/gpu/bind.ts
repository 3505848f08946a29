/** Checks before a dispatch is recorded: our own mistakes are found here, with names, not in the driver. */

import type { Gpu } from './device';
import type { Kernel } from './kernels/define';
import { UNIFORM_SLOT } from './pipelines';

/** Part of a buffer in bytes; the rest of it by default. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

/** Resolves offsets and sizes against the record and the adapter's limits. */
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

/** The kernel's uniform block: its params in order, 4 bytes each, padded to a slot. */
export function packParams(
  kernel: Kernel,
  params: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const block = new DataView(new ArrayBuffer(UNIFORM_SLOT));
  kernel.params.forEach(([field, scalar], index) => {
    const value = params[field];
    const valid =
      scalar === 'u32'
        ? Number.isInteger(value) && value !== undefined && value >= 0 && value < 2 ** 32
        : Number.isFinite(value);
    if (value === undefined || !valid) {
      throw new Error(`internal: ${kernel.name}: param ${field} is ${value}, expected ${scalar}.`);
    }
    if (scalar === 'u32') block.setUint32(4 * index, value, true);
    else block.setFloat32(4 * index, value, true);
  });
  return new Uint8Array(block.buffer);
}
