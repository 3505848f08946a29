/**
 * Host tensors -> GPU buffers, one buffer per tensor; vocabulary-sized tables in chunks that fit a binding.
 * States of a weight: in the file -> on host (one at a time) -> on the GPU -> disposed.
 */
import type { ModelSpec, WeightSlot } from '../model/spec';
import { createBuffer, upload } from '../gpu/buffers';
import type { Gpu } from '../gpu/device';
import { chunkRows } from './chunks';

/** Buffers by tensor id: canonical weight names, chunked ones with '#n'. */
export interface GpuWeights {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly bytes: number;
  dispose(): void;
}

/** Uploads every weight. `get` reads one tensor from the checkpoint; only one is on the host at a time. */
export async function uploadWeights(
  gpu: Gpu,
  spec: ModelSpec,
  slots: readonly WeightSlot[],
  get: (name: string) => Promise<Float32Array>,
  onProgress?: (fraction: number) => void,
): Promise<GpuWeights> {
  const buffers = new Map<string, GPUBuffer>();
  let bytes = 0;
  const dispose = (): void => {
    for (const buffer of buffers.values()) buffer.destroy();
    buffers.clear();
  };
  try {
    for (const [i, slot] of slots.entries()) {
      const data = await get(slot.name);
      const width = slot.shape.at(-1)!;
      const rows = data.length / width;
      for (const chunk of chunkRows(slot.name, rows, width, gpu.limits.maxBindingBytes)) {
        if (chunk.tensor !== slot.name && slot.name !== 'embed.W_E') {
          throw new Error(
            `weights: ${slot.name} needs ${4 * data.length} bytes, got a limit of ${gpu.limits.maxBindingBytes} bytes per binding. ` +
              `A ${spec.nLayers}-layer model this wide does not fit this adapter.`,
          );
        }
        const part = data.subarray(chunk.first * width, (chunk.first + chunk.rows) * width);
        const buffer = await createBuffer(gpu, chunk.tensor, part.byteLength);
        upload(gpu, buffer, 0, part);
        buffers.set(chunk.tensor, buffer);
        bytes += part.byteLength;
      }
      onProgress?.((i + 1) / slots.length);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { buffers, bytes, dispose };
}
