/**
 * From a request to steps: pure, printable, countable without a device. `gpu/run.ts` executes what this says;
 * everything else needs no device.
 */
import type { EmitOptions, Kept } from '../emit/context';
import { emitSweep } from '../emit/sweep';
import { type Site, headAxisOf } from '../../model/sites';
import { type ModelSpec, qkvWidth } from '../../model/spec';
import { atOnce } from '../../util/breathe';
import { maxOf } from '../../util/lists';
import { quoted } from '../../util/parse';
import { resolving } from '../request/resolve';
import type { ResolvedRun } from '../request/resolved';
import type { Counters, ForwardRequest } from '../request/types';
import { naiveFlops } from './cost';
import type { SweepSteps } from './steps';
import { type CutOptions, cutSteps, readGroups } from './submits';
import { type Sweep, SWEEP_TENSOR_BYTES } from './sweep';
import { groupRuns } from './sweeps';
import type { Comparison } from './unchanged';

export interface Plan {
  readonly spec: ModelSpec;
  readonly sweeps: readonly SweepSteps[];
  /** Sweeps whose cached tensors a sweep reads; needed again when a device was lost. */
  readonly dependsOn: readonly (readonly number[])[];
  /** Runs whose metric is that of another run, which nothing in them can have changed. */
  readonly aliases: ReadonlyMap<ResolvedRun, ResolvedRun>;
  /** Runs that are compared with their base when results are in. */
  readonly comparisons: ReadonlyMap<ResolvedRun, Comparison>;
  readonly flops: number;
  readonly naiveFlops: number;
}

/** Plans a request for one model. Throws an Error if the request is wrong or cannot fit. */
export function planForward(spec: ModelSpec, request: ForwardRequest, options: EmitOptions): Plan {
  return atOnce(planning(spec, request, options));
}

/** The same with pauses, so that a long prompt's trace can be cancelled while it is planned. */
export function* planning(
  spec: ModelSpec,
  request: ForwardRequest,
  options: EmitOptions,
): Generator<void, Plan> {
  const runs = yield* resolving(spec, request.runs);
  const T = maxOf(
    runs.map(({ tokens }) => tokens.length),
    0,
  );
  const maxRows = sweepRows(spec, runs, T, options);
  const { reuse } = request;
  const { sweeps, aliases, comparisons, memberOf } = yield* groupRuns(spec, runs, { reuse, maxRows });
  const kept: ReadonlyMap<string, Kept>[] = [];
  const dependsOn: number[][] = [];
  const emitted: SweepSteps[] = [];
  for (const sweep of sweeps) {
    yield;
    const reads = new Set<number>();
    const earlier = (from: number, key: string): Kept => {
      const found = kept[from]!.get(key);
      if (!found)
        throw new Error(`internal: sweep ${sweep.index} reads ${key} of sweep ${from}, which was not kept.`);
      reads.add(from);
      return found;
    };
    const { steps, kept: left } = emitSweep({ spec, options, earlier, memberOf }, sweep);
    checkFits(sweep, steps, options);
    kept.push(left);
    emitted.push(steps);
    dependsOn.push([...reads]);
  }
  const flops = emitted.reduce((sum, sweep) => sum + sweep.flops, 0);
  const naive = naiveFlops(spec, runs);
  return { spec, sweeps: emitted, dependsOn, aliases, comparisons, flops, naiveFlops: naive };
}

/** Rows of one sweep of T positions, so that no tensor of it exceeds what a sweep allocates by choice; at least 1. */
export function sweepRows(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  T: number,
  { maxBindingBytes }: EmitOptions,
): number {
  const perHead = (site: Site): boolean => headAxisOf(site) !== null && site.axes.includes('D');
  const byHead = runs.some((run) => run.own.some((edit) => perHead(edit.site)));
  // Cuts read what every block's heads contribute, which is kept: five tensors' worth of it at most.
  const isCut = runs.some((run) => run.own.some(({ cut }) => cut));
  const blocks = isCut ? Math.max(1, spec.nLayers / 5) : Number(byHead);
  const widest = Math.max(
    qkvWidth(spec),
    spec.dMlp,
    spec.nHeads * T,
    Math.ceil(blocks * spec.nHeads * spec.dModel),
  );
  return Math.max(1, Math.floor(Math.min(maxBindingBytes, SWEEP_TENSOR_BYTES) / (4 * widest)));
}

/** Throws an Error if a tensor is larger than one binding. */
export function checkFits(sweep: Sweep, steps: SweepSteps, options: EmitOptions): void {
  const tooBig = steps.tensors.find(
    (tensor) => tensor.role !== 'result' && 4 * tensor.elements > options.maxBindingBytes,
  );
  if (!tooBig) return;
  throw new Error(
    `plan: tensor ${quoted(tooBig.id)} of ${sweep.members.length} runs x ${sweep.T} tokens needs ${4 * tooBig.elements} bytes, ` +
      `got a limit of ${options.maxBindingBytes} bytes per binding. Use fewer samples or a shorter prompt.`,
  );
}

/** What executing the plan will count; a pure function of the plan and the submit budget. */
export function planCounters(plan: Plan, cut: CutOptions): Counters {
  let dispatches = 0;
  let submits = 0;
  for (const sweep of plan.sweeps) {
    const batches = cutSteps(sweep.steps, cut);
    submits += batches.length;
    for (const batch of batches) dispatches += batch.filter((step) => step.type === 'dispatch').length;
  }
  const readbacks = readGroups(plan.sweeps, cut).filter(({ bytes }) => bytes > 0).length;
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
  lines.push(
    `${countRuns(plan.aliases.keys())} runs need no work; ${formatFlops(plan.flops)} instead of ${formatFlops(plan.naiveFlops)}`,
  );
  return lines.join('\n');
}

function countRuns(runs: Iterable<ResolvedRun>): number {
  let n = 0;
  for (const { samples } of runs) n += samples ? samples[1] - samples[0] : 1;
  return n;
}

function formatFlops(flops: number): string {
  if (flops >= 1e9) return `${(flops / 1e9).toFixed(2)} GFLOP`;
  return `${(flops / 1e6).toFixed(2)} MFLOP`;
}
