/**
 * Dead edits: a run whose own edits, masks, rewrites or callbacks left its metric exactly what its base's is. The
 * commonest silent mistake of an intervention is to change nothing.
 */
import type { ModelSpec } from '../../model/spec';
import { activate } from './activation';
import type { ResolvedRun } from '../request/resolve';
import { stageCount } from './stages';
import { sameMetric } from './sweeps';
import type { RowMetric, RunResult } from '../request/types';

export interface Comparison {
  readonly base: string;
  /** Nothing can have changed: the planner need not compute the run to say so. */
  readonly isKnown: boolean;
}

/** By run id: the runs that change something themselves and have the same metric as their base. */
export function comparisonsOf(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
): ReadonlyMap<string, Comparison> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const found = new Map<string, Comparison>();
  for (const run of runs) {
    const { base, metric } = run;
    if (!base || !metric || !run.intervenes || !sameMetric(run, base)) continue;
    const isKnown =
      run.callbacks.length === 0 &&
      run.tokens.every((token, t) => token === base.tokens[t]) &&
      activate(spec, run, byId, false).entry[metric.row] === stageCount(spec);
    found.set(run.id, { base: base.id, isKnown });
  }
  return found;
}

/** The results with `unchanged` where it holds. */
export function withUnchanged(
  results: Readonly<Record<string, RunResult>>,
  comparisons: ReadonlyMap<string, Comparison>,
): Record<string, RunResult> {
  const all = { ...results };
  for (const [id, { base, isKnown }] of comparisons) {
    const [ours, theirs] = [all[id], all[base]];
    if (!ours?.metric || !theirs?.metric) continue;
    if (isKnown) all[id] = { ...ours, unchanged: 'known' };
    else if (sameBits(ours.metric, theirs.metric)) all[id] = { ...ours, unchanged: 'measured' };
  }
  return all;
}

/** Of the row itself: what it is compared with for a divergence is no part of it. */
function sameBits({ kl: _, ...a }: RowMetric, b: RowMetric): boolean {
  return (Object.keys(a) as (keyof typeof a)[]).every((field) => Object.is(a[field], b[field]));
}
