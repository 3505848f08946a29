/**
 * Dead edits: a run whose own edits, masks, rewrites or callbacks left its metric exactly what its base's is. The
 * commonest silent mistake of an intervention is to change nothing.
 */
import type { ResolvedRun } from '../request/resolved';
import { idsReadBy, resultIds } from '../request/samples';
import type { RowMetric, RunResult } from '../request/contract';

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

/** Says in the results of a run's samples that are there where they changed nothing. */
export function markUnchanged(
  results: Record<string, RunResult>,
  run: ResolvedRun,
  { base, isKnown }: Comparison,
): void {
  const bases = idsReadBy(run, base);
  for (const [i, id] of resultIds(run.id, run.samples).entries()) {
    const [ours, theirs] = [results[id], results[bases[i]!]];
    if (!ours?.metric || !theirs?.metric) continue;
    if (isKnown) results[id] = { ...ours, unchanged: 'known' };
    else if (sameBits(ours.metric, theirs.metric)) results[id] = { ...ours, unchanged: 'measured' };
  }
}

/** Of the row itself: what it is compared with for a divergence is no part of it. */
function sameBits(a: RowMetric, b: RowMetric): boolean {
  for (const field in a) {
    const name = field as keyof RowMetric;
    if (name !== 'kl' && !Object.is(a[name], b[name])) return false;
  }
  return true;
}
