/** Atlas on this machine's adapter, as it is and with its weights shuffled. */
import { GpuBackend } from '../../src/engine/backends';
import { openGolden } from '../../src/experiments/testing/study';
import { shuffledWeights } from '../../src/experiments/testing/shuffled';
import { nodeGpu } from '../../src/gpu/node';
import type { Checkpoint } from '../../src/load/open';
import { memoryWeights } from '../../src/load/testing/memoryWeights';
import type { Opened } from './orders';

/** `seed`: of the shuffle; null: the model. */
export async function openAtlas(seed: number | null): Promise<Opened> {
  const { spec, slots, weights } = await openGolden('atlas');
  const values = seed === null ? weights : shuffledWeights(weights, seed);
  const checkpoint = { spec, weights: memoryWeights(slots, values) } as unknown as Checkpoint;
  const backend = await GpuBackend.open({ gpu: await nodeGpu() }, checkpoint);
  return { model: spec, forward: (request) => backend.forward(request) };
}
