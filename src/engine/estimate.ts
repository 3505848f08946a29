/** Estimates the cost of an experiment before it runs. */
import type { AnyExperiment, Stage } from '../experiments/experiment';
import { sequenceCount } from '../forward/request/samples';
import type { Run } from '../forward/request/types';
import type { Reuse } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import { range } from '../util/range';
import type { Cost } from './api';
import type { Backend } from './backend';
import { runsTogether } from './chunks';
import { plannedRuns, sizeOf } from './planned';

export type AnyStage = Stage<Record<string, unknown>, unknown, unknown>;

/** A question that can run. */
export interface Asked {
  readonly experiment: AnyExperiment;
  readonly spec: Record<string, unknown>;
}

/** The parts of an open model that an estimate needs. */
export interface EstimatedModel {
  readonly spec: ModelSpec;
  readonly backend: Pick<Backend, 'estimate'>;
  readonly execution: Reuse;
}

/** Seconds of one run of each stage. */
export interface SecondsEach {
  readonly prepare: number;
  readonly cases: number;
  readonly search: number;
}

export interface EstimateOptions {
  /** Above this many runs, returns an upper bound instead of planning. */
  readonly mostPlanned?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Estimates the whole run, from a few cases if there are many. A search estimates itself, including
 * the share that precedes it.
 */
export async function estimateRun(
  { experiment, spec }: Asked,
  model: EstimatedModel,
  { mostPlanned = Number.POSITIVE_INFINITY, signal }: EstimateOptions = {},
): Promise<Cost & { readonly beforeSearch: number; readonly secondsEach: SecondsEach }> {
  const { prepare, search } = experiment;
  const stages: [AnyStage, unknown][] = prepare
    ? [
        [prepare as AnyStage, null],
        [experiment, prepare.blank(spec, model.spec)],
      ]
    : [[experiment, null]];
  const part = { spec, model, mostPlanned, signal };
  const costs: Cost[] = [];
  for (const [stage, prepared] of stages) costs.push(await estimateStage({ ...part, stage, prepared }));
  const before = costs.reduce(addCosts);
  const secondsEach = { prepare: eachOf(costs[0]!), cases: eachOf(costs.at(-1)!), search: 0 };
  if (!search) return { ...before, beforeSearch: 1, secondsEach };
  const { stage, times } = search.outlook(spec, model.spec);
  const one = await estimateStage({ ...part, stage: stage as AnyStage, prepared: null });
  const all = addCosts(before, {
    ...one,
    forwards: Math.round(one.forwards * times),
    flops: one.flops * times,
    seconds: one.seconds * times,
  });
  return {
    ...all,
    beforeSearch: all.flops > 0 ? before.flops / all.flops : 0,
    secondsEach: { ...secondsEach, search: eachOf(one) },
  };
}

const eachOf = ({ seconds, forwards }: Cost): number => seconds / Math.max(1, forwards);

const addCosts = (a: Cost, b: Cost): Cost => ({
  forwards: a.forwards + b.forwards,
  flops: a.flops + b.flops,
  seconds: a.seconds + b.seconds,
  isMost: a.isMost || b.isMost,
});

/** Cases planned for an estimate. */
const LOOKED_AT = 4;

async function estimateStage({
  stage,
  spec,
  model: { spec: model, backend, execution: reuse },
  prepared,
  mostPlanned,
  signal,
}: {
  readonly stage: AnyStage;
  readonly spec: Record<string, unknown>;
  readonly model: EstimatedModel;
  readonly prepared: unknown;
  readonly mostPlanned: number;
  readonly signal: AbortSignal | undefined;
}): Promise<Cost> {
  const n = stage.cases(spec);
  if (n === 0) return { forwards: 0, flops: 0, seconds: 0, isMost: false };
  const looked = range(0, Math.min(n, LOOKED_AT));
  const sizes = looked.flatMap((i) => sizeOf(stage, spec, model, i) ?? []);
  const counted = sizes.reduce((sum, { runs }) => sum + runs, 0);
  const factor = n / looked.length;
  if (counted > mostPlanned) {
    const tokens = sizes.reduce((most, size) => Math.max(most, size.tokens), 1);
    const one = await backend.estimate({ runs: [wholePass(tokens)], reuse }, signal);
    const forwards = Math.round(counted * factor);
    return { forwards, flops: one.flops * forwards, seconds: one.seconds * forwards, isMost: true };
  }
  const planned = looked.map((i) => ({ i, runs: plannedRuns(stage, spec, model, i, prepared) }));
  const runs = n === 1 ? planned[0]!.runs : runsTogether(planned);
  const began = performance.now();
  const { flops, seconds } = await backend.estimate({ runs, reuse }, signal);
  const planning = (performance.now() - began) / 1000;
  return {
    forwards: Math.round(sequenceCount(runs) * factor),
    flops: flops * factor,
    // These cases are planned now; the others while the device works.
    seconds: Math.max(seconds * factor, planning * (factor - 1)),
    isMost: false,
  };
}

const wholePass = (tokens: number): Run => ({
  id: 'one',
  tokens: new Array<number>(tokens).fill(0),
  metric: { row: tokens - 1, answer: 0 },
});
