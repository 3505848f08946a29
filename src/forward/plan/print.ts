/** Counts and prints a plan. */
import { sampleCount } from '../request/samples';
import type { Counters } from '../request/contract';
import type { Plan } from './steps';
import { type SplitOptions, splitSteps, readGroups } from './submits';

/** The counters of executing the plan, as a pure function of the plan and the submit budget. */
export function planCounters(plan: Plan, split: SplitOptions): Counters {
  let dispatches = 0;
  let submits = 0;
  for (const sweep of plan.sweeps) {
    const batches = splitSteps(sweep.steps, split);
    submits += batches.length;
    for (const batch of batches) dispatches += batch.filter((step) => step.type === 'dispatch').length;
  }
  const readbacks = readGroups(plan.sweeps, split).filter(({ bytes }) => bytes > 0).length;
  return { dispatches, submits, readbacks, flops: plan.flops, naiveFlops: plan.naiveFlops };
}

/** The plan as text: one line per step, with shapes and FLOPs. */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  for (const sweep of plan.sweeps) {
    lines.push(`${sweep.label}, ${formatFlops(sweep.flops)}`);
    for (const tensor of sweep.tensors) {
      if (tensor.role === 'cache') lines.push(`  keeps ${tensor.id} (${4 * tensor.elements} bytes)`);
    }
    for (const step of sweep.steps) {
      if (step.type === 'dispatch') {
        const { rows } = step.params;
        const shape =
          'K' in step.params && 'N' in step.params ? ` x ${step.params.K} x ${step.params.N}` : '';
        const cost = step.flops > 0 ? `, ${formatFlops(step.flops)}` : '';
        lines.push(`  ${step.kernel.padEnd(12)} ${step.label} [${rows} rows${shape}${cost}]`);
      } else if (step.type === 'copy') {
        lines.push(`  ${'copy'.padEnd(12)} ${step.label} [${step.bytes} bytes]`);
      } else {
        lines.push(`  ${'callback'.padEnd(12)} ${step.label} [${step.offsets.length} rows x ${step.width}]`);
      }
    }
  }
  const idle = [...plan.aliases.keys()].reduce((sum, { samples }) => sum + sampleCount(samples), 0);
  lines.push(
    `${idle} runs need no work; ${formatFlops(plan.flops)} instead of ${formatFlops(plan.naiveFlops)}`,
  );
  return lines.join('\n');
}

function formatFlops(flops: number): string {
  if (flops >= 1e9) return `${(flops / 1e9).toFixed(2)} GFLOP`;
  return `${(flops / 1e6).toFixed(2)} MFLOP`;
}
