/**
 * Where a sweep is cut into submits: by a budget of FLOPs, never by the clock, so that the cuts (and the
 * counters) are a function of the plan. A dispatch larger than the budget is cut into row tiles.
 */
import { kernelRecord } from '../../gpu/kernels';
import type { DispatchStep, Step } from './steps';

export interface CutOptions {
  /** FLOPs worth about 100 ms on this adapter. */
  readonly budgetFlops: number;
}

/** Batches of steps, one per submit. A callback ends a batch: it needs everything before it finished. */
export function cutSteps(steps: readonly Step[], { budgetFlops }: CutOptions): Step[][] {
  const batches: Step[][] = [];
  let batch: Step[] = [];
  let spent = 0;
  const close = (): void => {
    if (batch.length > 0) batches.push(batch);
    batch = [];
    spent = 0;
  };
  for (const step of steps) {
    if (step.type === 'callback') {
      close();
      batches.push([step]);
      continue;
    }
    for (const part of step.type === 'dispatch' ? tile(step, budgetFlops) : [step]) {
      const flops = part.type === 'dispatch' ? part.flops : 0;
      if (spent > 0 && spent + flops > budgetFlops) close();
      batch.push(part);
      spent += flops;
    }
  }
  close();
  return batches;
}

/** Row tiles of a dispatch, each within the budget if a tile of the kernel's smallest size is. */
function tile(step: DispatchStep, budgetFlops: number): DispatchStep[] {
  const { rows } = step.params;
  const { rowQuantum } = kernelRecord(step.kernel);
  if (step.flops <= budgetFlops || rows <= rowQuantum) return [step];
  const fit = Math.floor((budgetFlops * rows) / step.flops / rowQuantum) * rowQuantum;
  const size = Math.max(rowQuantum, fit);
  const tiles: DispatchStep[] = [];
  for (let row0 = 0; row0 < rows; row0 += size) {
    const count = Math.min(size, rows - row0);
    tiles.push({
      ...step,
      params: { ...step.params, row0, rows: count },
      flops: (step.flops * count) / rows,
    } as DispatchStep);
  }
  return tiles;
}
