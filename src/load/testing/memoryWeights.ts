/** In-memory weights in the form of a checkpoint's, for tests. */
import type { WeightSlot } from '../../model/spec';
import { rowsOf } from '../assemble';
import type { CheckpointWeights } from '../weights';

export function memoryWeights(
  slots: readonly WeightSlot[],
  values: ReadonlyMap<string, Float32Array>,
): CheckpointWeights {
  const bytes = [...values.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    slots,
    parameters: bytes / 4,
    bytes,
    present: bytes,
    shape: (name) => slots.find((slot) => slot.name === name)!.shape,
    get: async (name) => values.get(name)!,
    async stream(sink) {
      for (const slot of slots) {
        const raw = new Uint8Array(Float32Array.from(values.get(slot.name)!).buffer);
        await sink.write(slot, 0, rowsOf(slot.shape).rows, 'F32', raw);
      }
      return { sha256: '0'.repeat(64), notFinite: [] };
    },
  };
}
