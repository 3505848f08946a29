/** What running an experiment costs, before it is spent. */
import type { AnyExperiment, Stage } from '../experiments/experiment';
import { prefixRuns } from '../forward/prefix';
import type { Reuse } from '../forward/types';
import type { ModelSpec } from '../model/spec';
import type { Backend } from './backend';

type AnyStage = Stage<Record<string, unknown>, unknown, unknown>;

/** What an estimate needs of an open model. */
export interface EstimatedModel {
  readonly spec: ModelSpec;
  readonly backend: Pick<Backend, 'estimate'>;
  readonly execution: Reuse;
}

export interface Cost {
  readonly forwards: number;
  readonly flops: number;
  readonly seconds: number;
}

/** Of the whole run, from a few cases if there are many; of a search as it says itself, and which share comes before it. */
export async function estimateRun(
  { experiment, spec }: { experiment: AnyExperiment; spec: Record<string, unknown> },
  model: EstimatedModel,
  signal?: AbortSignal,
): Promise<Cost & { readonly beforeSearch: number }> {
  const { prepare, search } = experiment;
  const stages: [AnyStage, unknown][] = prepare
    ? [
        [prepare as AnyStage, null],
        [experiment, prepare.blank(spec, model.spec)],
      ]
    : [[experiment, null]];
  const estimate = (stage: AnyStage, prepared: unknown) =>
    estimateStage(stage, spec, model, prepared, signal);
  const costs: Cost[] = [];
  for (const [stage, prepared] of stages) costs.push(await estimate(stage, prepared));
  const before = costs.reduce(addCosts);
  if (!search) return { ...before, beforeSearch: 1 };
  const { stage, times } = search.outlook(spec, model.spec);
  const one = await estimate(stage as AnyStage, null);
  const all = addCosts(before, {
    forwards: Math.round(one.forwards * times),
    flops: one.flops * times,
    seconds: one.seconds * times,
  });
  return { ...all, beforeSearch: all.flops > 0 ? before.flops / all.flops : 0 };
}

const addCosts = (a: Cost, b: Cost): Cost => ({
  forwards: a.forwards + b.forwards,
  flops: a.flops + b.flops,
  seconds: a.seconds + b.seconds,
});

/** Cases that an estimate is made from. */
const LOOKED_AT = 4;

async function estimateStage(
  stage: AnyStage,
  spec: Record<string, unknown>,
  { spec: model, backend, execution: reuse }: EstimatedModel,
  prepared: unknown,
  signal: AbortSignal | undefined,
): Promise<Cost> {
  const n = stage.cases(spec);
  if (n === 0) return { forwards: 0, flops: 0, seconds: 0 };
  const looked = Math.min(n, LOOKED_AT);
  const runs = Array.from({ length: looked }, (_, i) =>
    prefixRuns(stage.plan(spec, model, i, prepared), `${i}/`),
  ).flat();
  const { flops, seconds } = await backend.estimate({ runs, reuse }, signal);
  const factor = n / looked;
  return { forwards: Math.round(runs.length * factor), flops: flops * factor, seconds: seconds * factor };
}
