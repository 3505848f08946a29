/**
 * Dead edits: a run whose own edits, masks, rewrites or callbacks left its metric exactly what its base's is. The
 * commonest silent mistake of an intervention is to change nothing.
 */
import type { ResolvedRun } from '../request/resolve';
import { idsReadBy, resultIds } from '../request/samples';
import type { RowMetric, RunResult } from '../request/types';

export interface Comparison {
  readonly base: ResolvedRun;
  /** Nothing can have changed: the planner need not compute the run to say so. */
  readonly isKnown: boolean;
}

/** Whether a run changes something itself and has the same metric as its base. */
export function isCompared(run: ResolvedRun): boolean {
  return run.metric !== null && run.intervenes && run.base !== null && sameMetric(run, run.base);
}

/** Whether `b` reduces the same row against the same tokens as `a` does, or `a` has no metric. */
export function sameMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  if (!a.metric) return true;
  const distractor = (run: ResolvedRun) => run.metric!.distractor ?? run.metric!.answer;
  return (
    b.metric?.row === a.metric.row && b.metric.answer === a.metric.answer && distractor(a) === distractor(b)
  );
}

/** Whether what `b` reduces its row to holds all that `a` asks for. */
export function holdsMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  const [ours, theirs] = [a.metric?.kl, b.metric?.kl];
  if (!ours) return sameMetric(a, b);
  const isSame = ours.kind === 'run' ? theirs?.kind === 'run' && theirs.run === ours.run : theirs === ours;
  return isSame && sameMetric(a, b);
}

/** The results with `unchanged` where it holds. */
export function withUnchanged(
  results: Readonly<Record<string, RunResult>>,
  comparisons: ReadonlyMap<ResolvedRun, Comparison>,
): Record<string, RunResult> {
  const all = { ...results };
  for (const [run, { base, isKnown }] of comparisons) {
    const bases = idsReadBy(run, base);
    for (const [i, id] of resultIds(run.id, run.samples).entries()) {
      const [ours, theirs] = [all[id], all[bases[i]!]];
      if (!ours?.metric || !theirs?.metric) continue;
      if (isKnown) all[id] = { ...ours, unchanged: 'known' };
      else if (sameBits(ours.metric, theirs.metric)) all[id] = { ...ours, unchanged: 'measured' };
    }
  }
  return all;
}

/** Of the row itself: what it is compared with for a divergence is no part of it. */
function sameBits({ kl: _, ...a }: RowMetric, b: RowMetric): boolean {
  return (Object.keys(a) as (keyof typeof a)[]).every((field) => Object.is(a[field], b[field]));
}
