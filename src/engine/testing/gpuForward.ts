/** A golden checkpoint on the GPU, run as experiments run it: for tests. */
import { planForward } from '../../forward/plan/plan';
import { executePlan, type GpuModel } from '../../forward/gpu/run';
import type { Golden } from '../../forward/testing';
import type { RunForward } from '../../forward/request/contract';
import type { Gpu } from '../../gpu/device';
import { memoryWeights } from '../../load/testing/memoryWeights';
import { uploadWeights } from '../../weights/upload';

export async function gpuForward(golden: Golden, gpu: Gpu): Promise<RunForward> {
  const { spec, slots, weights } = golden;
  const { buffers } = await uploadWeights(gpu, spec, memoryWeights(slots, weights), 'f32');
  const model: GpuModel = { gpu, weights: buffers, budgetFlops: 1e9 };
  return (request, options) => executePlan(planForward(spec, request, gpu.limits), model, options);
}
