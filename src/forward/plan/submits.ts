/**
 * Splits sweeps into submits and groups their readbacks by budgets of FLOPs and bytes, never by the
 * clock, so that the splits (and the counters) are a function of the plan.
 */
import type { Speeds } from '../../gpu/calibrate';
import { kernelRecord } from '../../gpu/kernels';
import { stepSeconds } from './seconds';
import { type DispatchStep, type Step, stepsFlops, type SweepSteps } from './steps';

export interface SplitOptions {
  /** FLOPs that take about 100 ms on this adapter. */
  readonly budgetFlops: number;
  /** If known, steps other than large products cost the FLOPs of a product that takes as long. */
  readonly speeds?: Speeds;
  /** Whether results of a unit are wanted as soon as it is finished. */
  readonly showsUnits?: boolean;
}

/** FLOPs, or the equivalent in time. */
export function costOf(steps: readonly Step[], { speeds }: SplitOptions): number {
  if (!speeds) return stepsFlops(steps);
  return steps.reduce((sum, step) => sum + stepSeconds(step, speeds), 0) * speeds.products[1];
}

/** Batches of steps, one per submit. A callback is its own batch: all before it must be done. */
export function splitSteps(steps: readonly Step[], options: SplitOptions): (readonly Step[])[] {
  const isAlone = costOf(steps, options) <= options.budgetFlops;
  if (isAlone && !steps.some(({ type }) => type === 'callback')) return steps.length > 0 ? [steps] : [];
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
    // A dispatch above the budget is split into row tiles.
    for (const part of step.type === 'dispatch' ? tile(step, options) : [step]) {
      const cost = costOf([part], options);
      if (spent > 0 && spent + cost > options.budgetFlops) close();
      batch.push(part);
      spent += cost;
    }
  }
  close();
  return batches;
}

/** Row tiles of a dispatch, each within the budget if the kernel's smallest tile is. */
function tile(step: DispatchStep, options: SplitOptions): DispatchStep[] {
  const { budgetFlops } = options;
  const { rows } = step.params;
  const { rowQuantum } = kernelRecord(step.kernel);
  const cost = costOf([step], options);
  if (cost <= budgetFlops || rows <= rowQuantum) return [step];
  const fit = Math.floor((budgetFlops * rows) / cost / rowQuantum) * rowQuantum;
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

/** Consecutive sweeps whose results are read in one wait. */
export interface ReadGroup {
  readonly sweeps: readonly SweepSteps[];
  /** Offset of each sweep's results, a multiple of 8 bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Most bytes read together, unless a single sweep has more. */
const READ_BYTES = 64 * 2 ** 20;
/** Most submits' worth of work that a lost device may cost. */
const READ_SUBMITS = 32;

/** One group, except to show units, or where it would be too much to hold or to lose. */
export function readGroups(sweeps: readonly SweepSteps[], options: SplitOptions): ReadGroup[] {
  const { budgetFlops, showsUnits = false } = options;
  const lastOf = new Map(sweeps.map(({ unit }, i) => [unit, i]));
  const groups: ReadGroup[] = [];
  let group: { sweeps: SweepSteps[]; offsets: number[]; bytes: number } | null = null;
  let cost = 0;
  for (const [i, sweep] of sweeps.entries()) {
    const isUnitsEnd = showsUnits && i > 0 && lastOf.get(sweeps[i - 1]!.unit) === i - 1;
    const isMuch = cost > READ_SUBMITS * budgetFlops || (group?.bytes ?? 0) + sweep.resultBytes > READ_BYTES;
    if (!group || isUnitsEnd || isMuch) {
      group = { sweeps: [], offsets: [], bytes: 0 };
      groups.push(group);
      cost = 0;
    }
    group.sweeps.push(sweep);
    group.offsets.push(group.bytes);
    group.bytes += 8 * Math.ceil(sweep.resultBytes / 8);
    cost += costOf(sweep.steps, options);
  }
  return groups;
}
