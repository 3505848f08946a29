/** Executes a plan on the GPU. Only this folder touches a device. */
import type { Gpu } from '../../gpu/device';
import { planCounters } from '../plan/print';
import type { Plan, SweepSteps } from '../plan/steps';
import { costOf, type SplitOptions } from '../plan/submits';
import type { ForwardOptions, ForwardResult } from '../request/contract';
import { FinishedSweeps } from './finished';
import { runSweeps } from './sweeps';
import { closeWorkspace, openWorkspace } from './workspace';

/** A model on a device, and how its work is split into submits. */
export interface GpuModel extends Omit<SplitOptions, 'showsUnits'> {
  readonly gpu: Gpu;
  /** Weight buffers, by tensor id. */
  readonly weights: ReadonlyMap<string, GPUBuffer>;
}

/**
 * Runs whatever is not in `finished` yet. Rejects with DeviceLostError if the device is lost (call
 * again with a new model and the same `finished`), or with an AbortError when cancelled.
 */
export async function executePlan(
  plan: Plan,
  { gpu, weights, ...budget }: GpuModel,
  { signal, onProgress, onUnit }: ForwardOptions = {},
  finished = new FinishedSweeps(plan),
): Promise<ForwardResult> {
  const needed = sweepsToRun(plan, finished);
  const sweeps = plan.sweeps.filter(({ index }) => needed.has(index));
  const split = { ...budget, showsUnits: onUnit !== undefined };
  const total = sweeps.reduce((sum, { steps }) => sum + costOf(steps, split), 0);
  let done = 0;
  const onDone = (cost: number): void => {
    done += cost;
    onProgress?.(total > 0 ? done / total : 1);
  };
  onDone(0);
  const workspace = openWorkspace(gpu);
  try {
    await runSweeps({ sweeps, weights, split }, workspace, {
      signal,
      onDone,
      onRead: (results) => {
        for (const [sweep, runs] of results) finished.add(sweep, runs);
        for (const unit of new Set(results.map(([sweep]) => sweep.unit)))
          if (isUnitFinished(plan, unit, finished)) onUnit?.(unit, finished.runs);
      },
    });
  } finally {
    closeWorkspace(workspace);
  }
  return { runs: finished.runs, counters: planCounters(plan, split) };
}

/** Unfinished sweeps, and finished ones whose cached tensors they read. */
function sweepsToRun(plan: Plan, finished: FinishedSweeps): Set<number> {
  const needed = new Set<number>();
  const visit = (index: number): void => {
    if (needed.has(index)) return;
    needed.add(index);
    for (const from of plan.dependsOn[index]!) visit(from);
  };
  for (const sweep of plan.sweeps) if (!finished.has(sweep.index)) visit(sweep.index);
  return needed;
}

function isUnitFinished(plan: Plan, unit: SweepSteps['unit'], finished: FinishedSweeps): boolean {
  return plan.sweeps.every((sweep) => sweep.unit !== unit || finished.has(sweep.index));
}
