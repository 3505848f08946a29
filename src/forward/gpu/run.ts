/** Executes a plan on the GPU. Only this folder touches a device. */
import type { Gpu } from '../../gpu/device';
import { type Plan, planCounters } from '../plan/plan';
import type { SweepSteps } from '../plan/steps';
import { costOf, type CutOptions } from '../plan/submits';
import { withUnchanged } from '../plan/unchanged';
import { idsReadBy, resultIds } from '../request/samples';
import type { ForwardOptions, ForwardResult, RunResult } from '../request/types';
import { runSweeps } from './sweeps';
import { closeWorkspace, openWorkspace } from './workspace';

/** A model on a device, and how its work is cut into submits. */
export interface GpuModel extends Omit<CutOptions, 'showsUnits'> {
  readonly gpu: Gpu;
  /** Weight buffers by tensor id. */
  readonly weights: ReadonlyMap<string, GPUBuffer>;
}

/** Results of finished sweeps, by sweep index: kept by the caller, so that a lost device costs only the rest. */
export type FinishedSweeps = Map<number, Readonly<Record<string, RunResult>>>;

/**
 * Runs what is not in `finished` yet. Rejects with DeviceLostError if the device goes (call again with a new
 * model and the same `finished`), or with an AbortError when cancelled.
 */
export async function executePlan(
  plan: Plan,
  { gpu, weights, ...budget }: GpuModel,
  finished: FinishedSweeps,
  { signal, onProgress, onUnit }: ForwardOptions = {},
): Promise<ForwardResult> {
  const needed = sweepsToRun(plan, finished);
  const sweeps = plan.sweeps.filter(({ index }) => needed.has(index));
  const cut = { ...budget, showsUnits: onUnit !== undefined };
  const total = sweeps.reduce((sum, { steps }) => sum + costOf(steps, cut), 0);
  let done = 0;
  const onDone = (cost: number): void => {
    done += cost;
    onProgress?.(total > 0 ? done / total : 1);
  };
  onDone(0);
  const workspace = openWorkspace(gpu);
  try {
    await runSweeps({ sweeps, weights, cut }, workspace, {
      signal,
      onDone,
      onRead: (results) => {
        for (const [{ index }, runs] of results) finished.set(index, runs);
        for (const unit of new Set(results.map(([sweep]) => sweep.unit)))
          if (isUnitFinished(plan, unit, finished)) onUnit?.(unit, collect(plan, finished));
      },
    });
  } finally {
    closeWorkspace(workspace);
  }
  return { runs: collect(plan, finished), counters: planCounters(plan, cut) };
}

/** Unfinished sweeps, and the finished ones whose cached tensors they read. */
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

/** Results of all finished runs, those of unchanged runs included. */
function collect(plan: Plan, finished: FinishedSweeps): Record<string, RunResult> {
  const runs: Record<string, RunResult> = {};
  for (const results of finished.values()) Object.assign(runs, results);
  for (const [run, same] of plan.aliases) {
    const from = idsReadBy(run, same);
    for (const [i, id] of resultIds(run.id, run.samples).entries()) {
      const metric = runs[from[i]!]?.metric;
      if (metric) runs[id] = { metric, captures: {} };
    }
  }
  return withUnchanged(runs, plan.comparisons);
}
