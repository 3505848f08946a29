/**
 * How much memory a model's weights need on a device, and whether the device can hold them, before
 * they are fetched.
 */
import { rowsOf } from '../load/assemble';
import type { ModelSpec, WeightSlot } from '../model/spec';
import { bytesPerWeight, formatOf, isSplittable, type WeightFormat } from './chunks';

export interface DeviceRoom {
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  /** Memory of the device or computer; null if the browser does not report it. */
  readonly memoryBytes: number | null;
}

/** Always in MB: the required and the available memory may be close. */
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

export function deviceBytes(slots: readonly WeightSlot[], format: WeightFormat): number {
  return slots.reduce((sum, slot) => {
    const { rows, width } = rowsOf(slot.shape);
    return sum + 4 * Math.ceil((rows * width * bytesPerWeight(formatOf(slot, format))) / 4);
  }, 0);
}

/** Why the device cannot hold the weights, as one sentence; null if no known limit is exceeded. */
export function fitProblem(
  spec: ModelSpec,
  slots: readonly WeightSlot[],
  format: WeightFormat,
  room: DeviceRoom,
): string | null {
  const limit = Math.min(room.maxBindingBytes, room.maxBufferBytes);
  const advice = format === 'f32' ? 'Use half floats, a smaller model' : 'Use a smaller model';
  for (const slot of slots) {
    const { rows, width } = rowsOf(slot.shape);
    const bytes = rows * width * bytesPerWeight(formatOf(slot, format));
    const smallest = isSplittable(spec, slot) ? bytes / rows : bytes;
    if (smallest > limit) {
      return `device: ${slot.name} cannot be split and needs ${megabytes(smallest)} in one piece, got an adapter that binds at most ${megabytes(limit)}, expected more. ${advice} or another graphics card.`;
    }
  }
  const total = deviceBytes(slots, format);
  if (room.memoryBytes !== null && total > room.memoryBytes) {
    return `device: the weights need ${megabytes(total)}, got ${megabytes(room.memoryBytes)} of memory, expected more. ${advice} or another computer.`;
  }
  return null;
}
