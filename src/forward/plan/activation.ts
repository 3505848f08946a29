/**
 * What an edit can have changed. A run with a base computes only the rows and stages that its edits
 * can reach; everything else is in the base's cache. In a causal model, a change at position t
 * reaches positions >= t through attention (in a bidirectional one all positions) and stays at its
 * position in the MLP.
 */
import { isBeyond, type ModelSpec } from '../../model/spec';
import { firstOtherInput } from '../request/positions';
import { type ResolvedRun, allEdits, type ResolvedEdit } from '../request/resolved';
import { isAfterLastAttention, isAttentionStage, stageCount, stageOf } from './stages';
import { minOf } from '../../util/lists';
import { cached } from '../../util/cached';

export interface Activation {
  /** entry[t] = the first stage at which row t may differ from the base; stageCount if never. */
  readonly entry: readonly number[];
  /** Own edits that can have an effect. */
  readonly edits: readonly ResolvedEdit[];
}

const looksAhead = (edit: ResolvedEdit): boolean => edit.looksAhead;

/** Whether the two runs rotate by different frequencies. */
function turnOtherwise({ positions }: ModelSpec, a: ResolvedRun, b: ResolvedRun): boolean {
  if (positions.kind !== 'rotary') return false;
  return positions.tables.some((table) => isBeyond(table, a.positions) !== isBeyond(table, b.positions));
}

/**
 * First position at which two runs of equal length can differ anywhere in the network; T if
 * nowhere. In a bidirectional model a difference anywhere reaches every position.
 */
export function firstDifference(spec: ModelSpec, a: ResolvedRun, b: ResolvedRun): number {
  let first = firstOtherInput(a, b);
  if (first < 0) first = a.tokens.length;
  if (turnOtherwise(spec, a, b)) first = 0;
  const [ours, theirs] = [allEdits(a), allEdits(b)];
  let shared = 0;
  // With and without samples, the same edit draws different numbers.
  const isShared = ({ asked, source }: ResolvedEdit, other: ResolvedEdit) =>
    asked === other.asked && (source?.kind !== 'noise' || (a.samples === null) === (b.samples === null));
  while (shared < ours.length && shared < theirs.length && isShared(ours[shared]!, theirs[shared]!)) shared++;
  for (const edit of [...ours.slice(shared), ...theirs.slice(shared)]) first = minOf(edit.rows, first);
  // An edit of scores or pattern may let an early query see a late key.
  const everywhere = !spec.attention.causal || [...ours, ...theirs].some(looksAhead);
  return first < a.tokens.length && everywhere ? 0 : first;
}

/** The earlier run whose values of the very same tensor an edit inserts; null if there is none. */
function sameSiteOf({ op, key, cut, source }: ResolvedEdit): string | null {
  if (cut) return cut.source.kind === 'run' ? cut.source.run : null;
  if (op !== 'set' && op !== 'set_along') return null;
  // A source with `rows` inserts those of other positions.
  return source?.kind === 'run' && source.site === key && !source.rows ? source.run : null;
}

/** Whether a cut comes after the last keys and values: it matters at the metric's position only. */
function isLateCut(spec: ModelSpec, { cut, site }: ResolvedEdit): boolean {
  if (!cut) return false;
  const isLastQuery = site.layer === spec.nLayers - 1 && site.kind === 'hook_q_input';
  return isLastQuery || isAfterLastAttention(spec, site);
}

/** Entry stages of runs with a base. `isForced`: include ineffective edits and the metric's row. */
export type Activate = (run: ResolvedRun, isForced: boolean) => Activation;

export function activator(spec: ModelSpec, runs: readonly ResolvedRun[]): Activate {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const agreements = new Map<ResolvedRun, Map<string, number>>();
  /** Rows before this one are equal in the base and in the edit's source. */
  const agreeUpTo = (base: ResolvedRun, edit: ResolvedEdit): number => {
    const from = sameSiteOf(edit);
    if (from === null) return 0;
    const known = agreements.get(base)?.get(from);
    if (known !== undefined) return known;
    const agree = firstDifference(spec, byId.get(from)!, base);
    cached(agreements, base, () => new Map<string, number>()).set(from, agree);
    return agree;
  };
  const found = new Map<ResolvedRun, Activation>();
  const narrow = narrowing();
  return (run, isForced) => {
    const known = isForced ? undefined : found.get(run);
    if (known) return known;
    const edits = isForced ? run.own : effectiveEdits(spec, run, agreeUpTo, narrow);
    const entry = entryStages(spec, run, edits);
    if (isForced && run.metric)
      entry[run.metric.row] = Math.min(entry[run.metric.row]!, stageCount(spec) - 1);
    const activation = { entry, edits };
    if (!isForced) found.set(run, activation);
    return activation;
  };
}

/**
 * Drops rows of own edits that set a state to its current value: base and source agree up to that
 * row, and no other edit of this run reaches it.
 */
function effectiveEdits(
  spec: ModelSpec,
  run: ResolvedRun,
  agreeUpTo: (base: ResolvedRun, edit: ResolvedEdit) => number,
  narrow: Narrow,
): ResolvedEdit[] {
  const { own, metric } = run;
  const agreed = own.map((edit) => agreeUpTo(run.base!, edit));
  const isAhead = own.some(looksAhead);
  const isEverywhere = !spec.attention.causal || isAhead || run.inherited.some(looksAhead);
  let reached = isAhead ? 0 : run.tokens.length;
  for (let i = 0; i < own.length && reached > 0; i++) {
    const first = firstFrom(own[i]!.rows, agreed[i]!);
    if (first < reached) reached = isEverywhere ? 0 : first;
  }
  const left: ResolvedEdit[] = [];
  for (let i = 0; i < own.length; i++) {
    const noOp = Math.min(agreed[i]!, reached);
    const edit = narrow(own[i]!, noOp, isLateCut(spec, own[i]!) ? (metric?.row ?? -1) : null);
    if (edit) left.push(edit);
  }
  return left;
}

/** The smallest of these rows that is at least `least`; Infinity if there is none. */
function firstFrom(rows: readonly number[], least: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) if (rows[i]! >= least && rows[i]! < first) first = rows[i]!;
  return first;
}

/** An edit at its rows from `least` on, or at one row only; null if none are left. */
type Narrow = (edit: ResolvedEdit, least: number, only: number | null) => ResolvedEdit | null;

/** Narrows edits shared by many runs once. */
function narrowing(): Narrow {
  const known = new Map<ResolvedEdit, Map<string, ResolvedEdit | null>>();
  const newMap = () => new Map<string, ResolvedEdit | null>();
  return (edit, least, only) => {
    if (least === 0 && only === null) return edit;
    const own = cached(known, edit, newMap);
    return cached(own, `${least} ${only}`, () => narrowed(edit, least, only));
  };
}

function narrowed(edit: ResolvedEdit, least: number, only: number | null): ResolvedEdit | null {
  const rows = edit.rows.filter((row) => row >= least && (only === null || row === only));
  if (rows.length === 0) return null;
  return rows.length === edit.rows.length ? edit : { ...edit, rows };
}

function entryStages(spec: ModelSpec, run: ResolvedRun, edits: readonly ResolvedEdit[]): number[] {
  const T = run.tokens.length;
  const stages = stageCount(spec);
  const entry = new Array<number>(T).fill(stages);
  const isEverywhere = !spec.attention.causal || run.inherited.some(looksAhead) || edits.some(looksAhead);
  const byStage = rowsByStage(spec, edits);
  // Rows from `first` on differ; those from `reached` on have already begun.
  let [first, reached] = [T, T];
  for (let stage = minOf(byStage.keys(), stages); stage < stages; stage++) {
    for (const rows of byStage.get(stage) ?? []) {
      for (const row of rows) {
        entry[row] = Math.min(entry[row]!, stage);
        first = Math.min(first, row);
      }
    }
    if (!isAttentionStage(spec, stage) || first >= T) continue;
    const from = isEverywhere ? 0 : first;
    for (let t = from; t < reached; t++) entry[t] = Math.min(entry[t]!, stage);
    reached = Math.min(reached, from);
  }
  return entry;
}

/** Rows written by edits, by stage; an edit list shared by many runs is listed once. */
function rowsByStage(
  spec: ModelSpec,
  edits: readonly ResolvedEdit[],
): ReadonlyMap<number, ReadonlySet<readonly number[]>> {
  const byStage = new Map<number, Set<readonly number[]>>();
  const newSet = () => new Set<readonly number[]>();
  for (let i = 0; i < edits.length; i++) {
    const { site, rows } = edits[i]!;
    cached(byStage, stageOf(spec, site), newSet).add(rows);
  }
  return byStage;
}
