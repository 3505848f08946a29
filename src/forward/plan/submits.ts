/**
 * Where a sweep is cut into submits, and whose results are read back together: by budgets of FLOPs and bytes, never by
 * the clock, so that the cuts (and the counters) are a function of the plan.
 */
import type { Speeds } from '../../gpu/calibrate';
import { kernelRecord } from '../../gpu/kernels';
import { stepSeconds } from './seconds';
import { type DispatchStep, type Step, stepsFlops, type SweepSteps } from './steps';

export interface CutOptions {
  /** FLOPs worth about 100 ms on this adapter. */
  readonly budgetFlops: number;
  /** Where they are known, what is not a large product costs the FLOPs of one that takes as long. */
  readonly speeds?: Speeds;
  /** Results of a unit are wanted as soon as it is finished. */
  readonly showsUnits?: boolean;
}

/** FLOPs, or what takes as long. */
export function costOf(steps: readonly Step[], { speeds }: CutOptions): number {
  if (!speeds) return stepsFlops(steps);
  return steps.reduce((sum, step) => sum + stepSeconds(step, speeds), 0) * speeds.products[1];
}

/** Batches of steps, one per submit. A callback is a batch: it needs everything before it finished. */
export function cutSteps(steps: readonly Step[], options: CutOptions): (readonly Step[])[] {
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
    // A dispatch larger than the budget is cut into row tiles.
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

/** Row tiles of a dispatch, each within the budget if a tile of the kernel's smallest size is. */
function tile(step: DispatchStep, options: CutOptions): DispatchStep[] {
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

/** Sweeps in a row whose results are read in one wait. */
export interface ReadGroup {
  readonly sweeps: readonly SweepSteps[];
  /** Where each one's results begin, a multiple of 8 bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Bytes that are read together at most, unless one sweep has more. */
const READ_BYTES = 64 * 2 ** 20;
/** Submits' worth of work that a lost device may cost. */
const READ_SUBMITS = 32;

/** Everything in one group, but for units that are shown, and for what is too much to hold or to lose. */
export function readGroups(sweeps: readonly SweepSteps[], options: CutOptions): ReadGroup[] {
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
