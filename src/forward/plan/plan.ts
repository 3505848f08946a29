/**
 * From a request to steps: pure, printable, countable without a device. Only `gpu/run.ts`, which
 * executes the steps, needs one.
 */
import type { EmitOptions } from '../emit/context';
import type { Kept } from '../emit/slots';
import { emitSweep } from '../emit/sweep';
import type { ModelSpec } from '../../model/spec';
import { atOnce } from '../../util/breathe';
import { maxOf } from '../../util/lists';
import { resolving } from '../request/resolve';
import type { ForwardRequest } from '../request/contract';
import { naiveFlops } from './cost';
import { checkFits, sweepRows } from './fits';
import type { Plan, SweepSteps } from './steps';
import { groupRuns } from './sweeps';

/** Plans a request for one model. Throws an Error if the request is invalid or cannot fit. */
export function planForward(spec: ModelSpec, request: ForwardRequest, options: EmitOptions): Plan {
  return atOnce(planning(spec, request, options));
}

/** As `planForward`, with pauses, so that planning a long prompt's trace can be cancelled. */
export function* planning(
  spec: ModelSpec,
  request: ForwardRequest,
  options: EmitOptions,
): Generator<void, Plan> {
  const runs = yield* resolving(spec, request.runs);
  const lengths = runs.map(({ tokens }) => tokens.length);
  const T = maxOf(lengths, 0);
  const maxRows = sweepRows(spec, runs, T, options);
  const { reuse } = request;
  const { sweeps, aliases, comparisons, memberOf } = yield* groupRuns(spec, runs, { reuse, maxRows, T });
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
