/** The kernels that steps use, to be compiled before them. */
import { type KernelRef, pipelineKey } from '../../gpu/pipelines';
import type { SweepSteps } from './steps';

export function kernelsOf(sweeps: readonly SweepSteps[]): readonly KernelRef[] {
  const refs = new Map<string, KernelRef>();
  for (const { steps } of sweeps) {
    for (const step of steps) if (step.type === 'dispatch') refs.set(pipelineKey(step), step);
  }
  return [...refs.values()];
}
