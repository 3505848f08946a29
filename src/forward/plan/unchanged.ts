/**
 * Dead edits: runs whose own edits, masks, rewrites or callbacks left the metric exactly equal to
 * the base's. To change nothing is the commonest silent mistake in an intervention.
 */
import type { ResolvedRun } from '../request/resolved';
import { idsReadBy, resultIds } from '../request/samples';
import type { RowMetric, RunResult } from '../request/contract';
import type { Comparison } from './steps';

/** Whether a run changes something itself and has the same metric as its base. */
export function isCompared(run: ResolvedRun): boolean {
  return run.metric !== null && run.intervenes && run.base !== null && sameMetric(run, run.base);
}

/** Whether `b` reduces the same row against the same tokens as `a`, or `a` has no metric. */
export function sameMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  if (!a.metric) return true;
  const distractor = (run: ResolvedRun) => run.metric!.distractor ?? run.metric!.answer;
  return (
    b.metric?.row === a.metric.row && b.metric.answer === a.metric.answer && distractor(a) === distractor(b)
  );
}

/** Whether the metric of `b` includes everything that `a` needs. */
export function holdsMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  const [ours, theirs] = [a.metric?.kl, b.metric?.kl];
  if (!ours) return sameMetric(a, b);
  const isSame = ours.kind === 'run' ? theirs?.kind === 'run' && theirs.run === ours.run : theirs === ours;
  return isSame && sameMetric(a, b);
}

/** Marks the available samples of a run that changed nothing. */
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

/** Compares only the row itself; the divergence also depends on its reference. */
function sameBits(a: RowMetric, b: RowMetric): boolean {
  for (const field in a) {
    const name = field as keyof RowMetric;
    if (name !== 'kl' && !Object.is(a[name], b[name])) return false;
  }
  return true;
}
