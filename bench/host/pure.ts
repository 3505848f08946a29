/** A plan alone, without execution: the bytes of its tables. */
import { planForward } from '../../src/forward/plan/plan';
import type { Run } from '../../src/forward/request/types';
import type { ModelSpec } from '../../src/model/spec';

export function plannedTables(spec: ModelSpec, runs: readonly Run[]): { sweeps: number; tableBytes: number } {
  const { sweeps } = planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 31 - 4 });
  const tableBytes = sweeps
    .flatMap(({ tensors }) => tensors)
    .reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
  return { sweeps: sweeps.length, tableBytes };
}
