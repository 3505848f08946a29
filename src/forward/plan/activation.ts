/**
 * What an edit can have changed. A run with a base needs only those rows of those stages that its edits can
 * reach; everything else is in the base's cache. In a causal model a change at position t reaches positions >= t
 * through attention (in a bidirectional one all positions) and stays at its position in the MLP.
 */
import type { ModelSpec } from '../../model/spec';
import { firstOtherInput } from '../request/positions';
import { type ResolvedRun, allEdits } from '../request/resolve';
import type { ResolvedEdit } from '../request/resolveEdits';
import { isAfterLastAttention, isAttentionStage, stageCount, stageOf } from './stages';
import { minOf } from '../../util/lists';

export interface Activation {
  /** entry[t] = the first stage at which row t differs (may differ) from the base; stageCount if never. */
  readonly entry: readonly number[];
  /** Own edits that can have an effect. */
  readonly edits: readonly ResolvedEdit[];
}

const looksAhead = (edit: ResolvedEdit): boolean => edit.looksAhead;

/**
 * First position at which two runs of equal length can differ anywhere in the network; T if nowhere. In a
 * bidirectional model a difference anywhere reaches every position.
 */
export function firstDifference(spec: ModelSpec, a: ResolvedRun, b: ResolvedRun): number {
  let first = firstOtherInput(a, b);
  if (first < 0) first = a.tokens.length;
  const [ours, theirs] = [allEdits(a), allEdits(b)];
  let shared = 0;
  while (shared < ours.length && shared < theirs.length && ours[shared]!.asked === theirs[shared]!.asked)
    shared++;
  for (const edit of [...ours.slice(shared), ...theirs.slice(shared)]) first = minOf(edit.rows, first);
  // An edit of scores or pattern may let an early query see a late key.
  const everywhere = !spec.attention.causal || [...ours, ...theirs].some(looksAhead);
  return first < a.tokens.length && everywhere ? 0 : first;
}

/** The earlier run whose values of the very same tensors an edit brings in; null if there is none. */
function sameSiteOf({ op, key, cut, source }: ResolvedEdit): string | null {
  if (cut) return cut.source.kind === 'run' ? cut.source.run : null;
  if (op !== 'set' && op !== 'set_along') return null;
  // A source that says which rows it takes brings in those of other positions.
  return source?.kind === 'run' && source.site === key && !source.rows ? source.run : null;
}

/** Whether a cut comes after the last keys and values are made: then it matters at the position of the metric only. */
function isLateCut(spec: ModelSpec, { cut, site }: ResolvedEdit): boolean {
  if (!cut) return false;
  const isLastQuery = site.layer === spec.nLayers - 1 && site.kind === 'hook_q_input';
  return isLastQuery || isAfterLastAttention(spec, site);
}

/**
 * Drops rows of own edits that set a state to what it is already: base and source agree up to there, and no other
 * edit of this run reaches that row.
 */
function effectiveEdits(
  spec: ModelSpec,
  run: ResolvedRun,
  byId: ReadonlyMap<string, ResolvedRun>,
): ResolvedEdit[] {
  const agreement = new Map<string, number>();
  /** Rows before this one are the same in the base and where the edit's value comes from. */
  const agreeUpTo = (edit: ResolvedEdit): number => {
    const from = sameSiteOf(edit);
    if (from === null) return 0;
    const agree = agreement.get(from) ?? firstDifference(spec, byId.get(from)!, run.base!);
    agreement.set(from, agree);
    return agree;
  };
  const everywhere = !spec.attention.causal || allEdits(run).some(looksAhead);
  let reached = run.own.some(looksAhead) ? 0 : run.tokens.length;
  for (const edit of run.own) {
    const agree = agreeUpTo(edit);
    for (const row of edit.rows) {
      if (row >= agree) reached = everywhere ? 0 : Math.min(reached, row);
    }
  }
  return run.own.flatMap((edit) => {
    const noOp = Math.min(agreeUpTo(edit), reached);
    const isLate = isLateCut(spec, edit);
    const rows = edit.rows.filter((row) => row >= noOp && (!isLate || row === run.metric?.row));
    return rows.length === 0 ? [] : [{ ...edit, rows }];
  });
}

/**
 * Entry stages of a run with a base.
 * `forced` keeps edits that are known to do nothing, and computes the metric row even if nothing reaches it.
 */
export function activate(
  spec: ModelSpec,
  run: ResolvedRun,
  byId: ReadonlyMap<string, ResolvedRun>,
  forced: boolean,
): Activation {
  const T = run.tokens.length;
  const stages = stageCount(spec);
  const edits = forced ? run.own : effectiveEdits(spec, run, byId);
  const entry = new Array<number>(T).fill(stages);
  const everywhere = !spec.attention.causal || run.inherited.some(looksAhead) || edits.some(looksAhead);
  const byStage = new Map<number, ResolvedEdit[]>();
  for (const edit of edits) {
    const stage = stageOf(spec, edit.site);
    const here = byStage.get(stage);
    if (here) here.push(edit);
    else byStage.set(stage, [edit]);
  }
  let first = T;
  for (let stage = 0; stage < stages; stage++) {
    for (const edit of byStage.get(stage) ?? []) {
      for (const row of edit.rows) {
        entry[row] = Math.min(entry[row]!, stage);
        first = Math.min(first, row);
      }
    }
    if (isAttentionStage(spec, stage) && first < T) {
      for (let t = everywhere ? 0 : first; t < T; t++) entry[t] = Math.min(entry[t]!, stage);
    }
  }
  if (forced && run.metric) entry[run.metric.row] = Math.min(entry[run.metric.row]!, stages - 1);
  return { entry, edits };
}
