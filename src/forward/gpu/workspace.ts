/** State shared by consecutive sweeps: buffers, bind groups, and kept tensors. */
import type { Gpu } from '../../gpu/device';
import { Loan, poolOf } from '../../gpu/pool';
import { Recorder } from '../../gpu/recorder';

export interface Workspace {
  readonly gpu: Gpu;
  readonly loan: Loan;
  readonly recorder: Recorder;
  /** By tensor id. */
  readonly caches: Map<string, GPUBuffer>;
}

export function openWorkspace(gpu: Gpu): Workspace {
  return { gpu, loan: new Loan(poolOf(gpu)), recorder: new Recorder(gpu), caches: new Map() };
}

export function closeWorkspace({ loan, recorder }: Workspace): void {
  loan.close();
  recorder.destroy();
}
