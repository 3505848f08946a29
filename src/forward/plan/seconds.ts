/**
 * Estimates a step's time on a device of known speeds: products by FLOPs and rows, attention by
 * FLOPs, row operations by their numbers, plus a cost per dispatch. Accurate to about 50 %.
 */
import { PRODUCT_ROWS, type Speeds } from '../../gpu/calibrate';
import { kernelRecord } from '../../gpu/kernels';
import type { DispatchStep, Step, SweepSteps } from './steps';

/** A product takes as long as with this many more rows: few cannot keep the device busy. */
const IDLE_ROWS = 8;
/** Threads per workgroup. */
const THREADS = 64;
/** Cost of a number relative to a norm's, which is read, summed in a team and written. */
const OF_METRIC = 0.5;
const OF_OTHERS = 0.25;

export function planSeconds(sweeps: readonly SweepSteps[], speeds: Speeds): number {
  let seconds = 0;
  for (const { steps } of sweeps) for (const step of steps) seconds += stepSeconds(step, speeds);
  return seconds;
}

/** A copy costs as much as a nearly empty dispatch; a callback's time is unknown. */
export function stepSeconds(step: Step, speeds: Speeds): number {
  if (step.type !== 'dispatch') return step.type === 'copy' ? speeds.dispatch : 0;
  return speeds.dispatch + workSeconds(step, speeds);
}

function workSeconds(step: DispatchStep, speeds: Speeds): number {
  const { kernel, flops, params } = step;
  if (kernel.startsWith('gemm')) return flops / productSpeed(params.rows, speeds);
  if (flops > 0) return flops / speeds.attention;
  return numbersOf(step) / speeds.numbers;
}

/** FLOP/s of a product with so many rows: measured at two sizes, interpolated in the logarithm. */
function productSpeed(rows: number, { products: [few, many] }: Speeds): number {
  const [low, high] = PRODUCT_ROWS;
  if (rows >= high) return many;
  if (rows >= low) return few * (many / few) ** (Math.log(rows / low) / Math.log(high / low));
  return (few * (rows / (rows + IDLE_ROWS))) / (low / (low + IDLE_ROWS));
}

/** How many numbers a kernel processes, in units of a norm's. */
function numbersOf({ kernel, params }: DispatchStep): number {
  if (kernel === 'metric') return OF_METRIC * params.rows * params.V;
  if ('width' in params && kernel.includes('norm')) return params.rows * params.width;
  const [x, y, z] = kernelRecord(kernel).workgroups(params);
  return OF_OTHERS * THREADS * x * y * z;
}
