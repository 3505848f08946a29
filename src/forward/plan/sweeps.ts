/**
 * Which runs are computed together. A sweep is one pass over the layers for many runs at once (the wavefront);
 * later sweeps read the cached tensors of earlier ones. Pure: runs in, drafts out.
 */
import { findSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { type Activation, activate } from './activation';
import { cutRuns } from '../request/cuts';
import { type ResolvedRun, allEdits, sourcesOf } from '../request/resolve';
import type { ResolvedCut, ResolvedEdit } from '../request/resolveEdits';
import { isAfterLastAttention, isAttentionStage, stageCount, stageOf, stagePair } from './stages';
import type { Reuse } from '../request/types';
import { maxOf, minOf } from '../../util/lists';

/** Cache key of the logits that later sweeps compare theirs with. */
export const REFERENCES = 'references';

/** One run as a sweep computes it. */
export interface Sequence {
  readonly run: ResolvedRun;
  /** First stage at which each position is computed here; stageCount if never. All 0 for a run from scratch. */
  readonly entry: readonly number[];
  /** Edits already contained in the base's cached tensors when a row enters; they apply again downstream. */
  readonly inherited: readonly ResolvedEdit[];
  readonly own: readonly ResolvedEdit[];
  /** Where rows come from that are not computed here; null for a run from scratch. */
  readonly base: ResolvedRun | null;
}

export interface Sweep {
  readonly index: number;
  readonly unit: string;
  /** Positions of the longest run. */
  T: number;
  readonly sequences: Sequence[];
  /** Rows that the sequences compute in all. */
  rows: number;
  /** Sweep that computed the bases, or null. */
  readonly baseSweep: number | null;
  /** Keys whose tensors later sweeps read; 'qkv.3' is block 3's queries, keys and values as attention reads them. */
  readonly cached: Set<string>;
  /** Keys whose tensors this sweep's own cuts read, after they were made. */
  readonly recalled: Set<string>;
  /** Rows [run id -> positions] that are needed after the last block's attention. */
  readonly needed: Map<string, Set<number>>;
  /** Rows [run id -> positions] whose logits later sweeps compare theirs with. */
  readonly references: Map<string, Set<number>>;
  /** While decoding: where earlier passes left their keys and values. */
  readonly past?: Past;
}

/** Keys and values of every position so far, in one tensor per block, 'kv.3', of `rows` rows like 'qkv.3'. */
export interface Past {
  readonly rows: number;
  readonly rowOf: (sequence: number, position: number) => number;
}

export interface SweepPlan {
  readonly sweeps: Sweep[];
  /** Runs that nothing can have changed: their metric is this other run's. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly sweepOf: ReadonlyMap<string, number>;
}

/**
 * Whether a run can be computed beside runs of other lengths. A query of a bidirectional model would see past the end of
 * its prompt, and a callback is handed whole rows of scores and pattern.
 */
function mayShareLengths(spec: ModelSpec, run: ResolvedRun): boolean {
  return spec.attention.causal && !run.callbacks.some(({ site }) => site.axes.includes('S'));
}

/** Groups runs into sweeps of at most `maxRows` rows, or one run; pauses after every run. */
export function* groupRuns(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  reuse: Reuse,
  maxRows: number,
): Generator<void, SweepPlan> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const pinned = new Set(
    runs.flatMap((run) => [
      ...(run.base ? [run.base.id] : []),
      ...allEdits(run).flatMap(sourcesOf),
      ...referencesOf(run),
    ]),
  );
  const sweeps: Sweep[] = [];
  const aliases = new Map<string, string>();
  const sweepOf = new Map<string, number>();
  const levels = levelsOf(runs, pinned, reuse);
  const open = new Map<string, number>();
  const order = runs
    .map((run, i) => ({ run, level: levels[i]! }))
    .sort((a, b) => a.level - b.level || a.run.index - b.run.index);

  for (const { run, level } of order) {
    yield;
    const scratch = isFromScratch(run, pinned, reuse);
    const sequence = scratch ? fromScratch(run) : reusing(spec, run, byId, reuse === 'forced');
    if (!scratch && sequence.entry[run.metric?.row ?? 0] === stageCount(spec)) {
      if (holdsMetric(run, run.base!)) {
        aliases.set(run.id, run.base!.id);
        continue;
      }
      (sequence.entry as number[])[run.metric!.row] = stageCount(spec) - 1;
    }
    const T = run.tokens.length;
    const baseSweep = scratch ? null : sweepOf.get(run.base!.id)!;
    const length = mayShareLengths(spec, run) ? 'any' : T;
    const group = reuse === 'naive' ? run.id : `${level}|${run.unit}|${length}|${baseSweep}`;
    const rows = computedRows(spec, sequence);
    let at = open.get(group);
    if (at === undefined || sweeps[at]!.rows + rows > maxRows) {
      at = sweeps.length;
      open.set(group, at);
      sweeps.push({
        index: at,
        unit: run.unit,
        T,
        sequences: [],
        rows: 0,
        baseSweep,
        cached: new Set(),
        recalled: new Set(),
        needed: new Map(),
        references: new Map(),
      });
    }
    sweeps[at]!.sequences.push(sequence);
    sweeps[at]!.rows += rows;
    sweeps[at]!.T = Math.max(sweeps[at]!.T, T);
    sweepOf.set(run.id, at);
  }
  for (const sweep of sweeps) {
    yield;
    for (const sequence of sweep.sequences) noteNeeds(spec, sequence, sweep, sweeps, sweepOf);
  }
  return { sweeps, aliases, sweepOf };
}

/** A run is computed whole when it has no base, or when somebody reads its tensors. */
function isFromScratch(run: ResolvedRun, pinned: ReadonlySet<string>, reuse: Reuse): boolean {
  if (
    reuse === 'naive' ||
    !run.base ||
    run.captures.length > 0 ||
    run.callbacks.length > 0 ||
    pinned.has(run.id)
  )
    return true;
  // A rewritten prompt shares nothing.
  return run.tokens.some((token, t) => token !== run.base!.tokens[t]);
}

function levelsOf(runs: readonly ResolvedRun[], pinned: ReadonlySet<string>, reuse: Reuse): number[] {
  const level = new Map<string, number>();
  return runs.map((run, i) => {
    const needs = [...allEdits(run).flatMap(sourcesOf), ...referencesOf(run)];
    if (!isFromScratch(run, pinned, reuse)) needs.push(run.base!.id);
    const own =
      reuse === 'naive'
        ? i
        : maxOf(
            needs.map((id) => level.get(id)! + 1),
            0,
          );
    level.set(run.id, own);
    return own;
  });
}

function fromScratch(run: ResolvedRun): Sequence {
  return { run, entry: run.tokens.map(() => 0), inherited: [], own: allEdits(run), base: null };
}

function reusing(
  spec: ModelSpec,
  run: ResolvedRun,
  byId: ReadonlyMap<string, ResolvedRun>,
  forced: boolean,
): Sequence {
  const { entry, edits }: Activation = activate(spec, run, byId, forced);
  return { run, entry, inherited: run.inherited, own: edits, base: run.base };
}

/** The earlier run that the metric's row is compared with. */
const referencesOf = ({ metric }: ResolvedRun): readonly string[] =>
  metric?.kl?.kind === 'run' ? [metric.kl.run] : [];

/** Whether what `b` reduces its row to holds all that `a` asks for. */
function holdsMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  const [ours, theirs] = [a.metric?.kl, b.metric?.kl];
  const isSame = ours?.kind === 'run' ? theirs?.kind === 'run' && theirs.run === ours.run : ours === theirs;
  return sameMetric(a, b) && (ours === undefined || isSame);
}

/** Whether `b` reduces the same row against the same tokens as `a` does, or `a` has no metric. */
export function sameMetric(a: ResolvedRun, b: ResolvedRun): boolean {
  if (!a.metric) return true;
  const distractor = (run: ResolvedRun) => run.metric!.distractor ?? run.metric!.answer;
  return (
    b.metric?.row === a.metric.row && b.metric.answer === a.metric.answer && distractor(a) === distractor(b)
  );
}

const computedRows = (spec: ModelSpec, sequence: Sequence): number =>
  sequence.entry.filter((stage) => stage < stageCount(spec)).length;

/** Marks what this sequence reads from earlier sweeps, and which of its own rows matter at the end. */
function noteNeeds(
  spec: ModelSpec,
  sequence: Sequence,
  sweep: Sweep,
  sweeps: readonly Sweep[],
  sweepOf: ReadonlyMap<string, number>,
): void {
  const { run, base, entry } = sequence;
  const lastAttention = 2 * (spec.nLayers - 1);
  if (run.metric) need(sweep.needed, run.id, [run.metric.row]);
  for (const id of referencesOf(run)) {
    const from = sweeps[sweepOf.get(id)!]!;
    need(from.needed, id, [run.metric!.row]);
    need(from.references, id, [run.metric!.row]);
    from.cached.add(REFERENCES);
  }
  for (const at of [...run.captures, ...run.callbacks]) {
    if (!isAfterLastAttention(spec, at.site)) continue;
    const rows = 'rows' in at && at.rows ? at.rows : run.tokens.map((_, t) => t);
    need(sweep.needed, run.id, rows);
  }
  if (base) {
    const from = sweeps[sweepOf.get(base.id)!]!;
    for (const [t, stage] of entry.entries()) {
      if (stage === stageCount(spec)) continue;
      const pair = stagePair(spec, stage);
      for (const key of [pair.resid, ...pair.deltas]) from.cached.add(key);
      if (stage > lastAttention) need(from.needed, base.id, [t]);
    }
    for (let stage = minOf(entry); stage < stageCount(spec); stage++) {
      if (isAttentionStage(spec, stage)) from.cached.add(`qkv.${stage / 2}`);
    }
  }
  for (const edit of [...sequence.inherited, ...sequence.own]) {
    if (edit.cut) {
      noteCut(spec, sequence, edit, edit.cut, sweep, sweeps, sweepOf);
      continue;
    }
    for (const id of sourcesOf(edit)) {
      const from = sweeps[sweepOf.get(id)!]!;
      const key = edit.source?.kind === 'run' ? edit.source.site! : edit.key;
      const site = findSite(spec, key);
      from.cached.add(key);
      if (isAfterLastAttention(spec, site)) need(from.needed, id, edit.rows);
    }
  }
}

/** A cut reads its run's own contributions, of rows that entered later its base's, and what replaces them. */
function noteCut(
  spec: ModelSpec,
  { base, entry }: Sequence,
  edit: ResolvedEdit,
  cut: ResolvedCut,
  sweep: Sweep,
  sweeps: readonly Sweep[],
  sweepOf: ReadonlyMap<string, number>,
): void {
  const stage = stageOf(spec, edit.site);
  const rows = edit.rows.filter((t) => entry[t]! <= stage);
  if (rows.length === 0) return;
  const entries = rows.map((t) => entry[t]!);
  const [first, last] = [minOf(entries), maxOf(entries)];
  const others = cutRuns(cut);
  for (const { key, site, stage: made } of cut.terms) {
    if (first <= made) sweep.recalled.add(key);
    if (last > made) sweeps[sweepOf.get(base!.id)!]!.cached.add(key);
    for (const id of others) {
      const from = sweeps[sweepOf.get(id)!]!;
      from.cached.add(key);
      if (isAfterLastAttention(spec, site)) need(from.needed, id, rows);
    }
  }
}

function need(among: Map<string, Set<number>>, run: string, rows: readonly number[]): void {
  const set = among.get(run) ?? new Set<number>();
  for (const row of rows) set.add(row);
  among.set(run, set);
}
