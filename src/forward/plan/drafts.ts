/**
 * Decides for each run whether it is computed from scratch or as a variation of its base, which of
 * its rows begin where, and what it must wait for.
 */
import type { ModelSpec } from '../../model/spec';
import { firstOtherInput } from '../request/positions';
import { type ResolvedRun, allEdits, referencesOf, sourcesOf } from '../request/resolved';
import type { Reuse } from '../request/contract';
import { activator } from './activation';
import { stageCount, stageOf } from './stages';
import { holdsMetric, isCompared } from './unchanged';
import type { Comparison, Plan } from './steps';
import type { Member } from './sweep';
import { cached } from '../../util/cached';

/** A member that has no place in a sweep yet. */
export interface Draft extends Pick<Member, 'run' | 'entry' | 'inherited' | 'own'> {
  readonly isScratch: boolean;
  /** Greater than the levels of the runs that it reads. */
  readonly level: number;
}

interface Drafts extends Pick<Plan, 'aliases' | 'comparisons'> {
  readonly drafts: readonly Draft[];
}

/** Pauses after every run. */
export function* draftRuns(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  reuse: Reuse,
): Generator<void, Drafts> {
  const activate = activator(spec, runs);
  const never = stageCount(spec);
  const pinned = pinnedRuns(runs);
  const levels = new Map<string, number>();
  const aliases = new Map<ResolvedRun, ResolvedRun>();
  const drafts: Draft[] = [];
  for (const run of runs) {
    yield;
    const { base, metric } = run;
    const mustBeWhole =
      reuse === 'naive' ||
      run.callbacks.length > 0 ||
      run.gradients !== null ||
      pinned.has(run.id) ||
      isRewritten(run);
    let reusing: Pick<Draft, 'entry' | 'own'> | null = null;
    if (base && !mustBeWhole) {
      const reused = activate(run, reuse === 'forced');
      const isIdle = run.captures.length === 0 && reused.entry[metric?.row ?? 0] === never;
      if (isIdle && holdsMetric(run, base)) {
        aliases.set(run, base);
        continue;
      }
      const entry = withReaders(spec, run, reused.entry);
      if (entry.some((stage) => stage > 0)) reusing = { entry, own: reused.edits };
    }
    const reads = [...sources(run), ...referencesOf(run), ...(reusing ? [base!.id] : [])];
    const level = reads.reduce((most, id) => Math.max(most, levels.get(id)! + 1), 0);
    levels.set(run.id, level);
    if (reusing) drafts.push({ run, level, isScratch: false, inherited: run.inherited, ...reusing });
    else drafts.push({ run, level, isScratch: true, inherited: [], own: allEdits(run), entry: zeros(run) });
  }
  return { drafts, aliases, comparisons: comparisonsOf(spec, runs, activate) };
}

const zeros = ({ tokens }: ResolvedRun): readonly number[] => new Array<number>(tokens.length).fill(0);

/** Runs whose tensors others read; they are computed whole. */
function pinnedRuns(runs: readonly ResolvedRun[]): ReadonlySet<string> {
  const pinned = new Set<string>();
  for (const run of runs) {
    if (run.base) pinned.add(run.base.id);
    for (const id of referencesOf(run)) pinned.add(id);
    for (const edit of run.own) for (const id of sourcesOf(edit)) pinned.add(id);
  }
  return pinned;
}

/** A run with other tokens or positions than its base shares nothing with it. */
const isRewritten = (run: ResolvedRun): boolean => run.base !== null && firstOtherInput(run, run.base) >= 0;

/** Runs that change something and have the same metric as their base. */
export function comparisonsOf(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  activate = activator(spec, runs),
): ReadonlyMap<ResolvedRun, Comparison> {
  const found = new Map<ResolvedRun, Comparison>();
  for (const run of runs) {
    if (!run.base || !isCompared(run)) continue;
    const isKnown =
      run.callbacks.length === 0 &&
      !isRewritten(run) &&
      activate(run, false).entry[run.metric!.row] === stageCount(spec);
    found.set(run, { base: run.base, isKnown });
  }
  return found;
}

/** Adds what readers need: the metric's row, and captured rows from their site's stage on. */
function withReaders(spec: ModelSpec, run: ResolvedRun, entry: readonly number[]): readonly number[] {
  if (!run.metric && run.captures.length === 0) return entry;
  const out = [...entry];
  const need = (t: number, stage: number): void => {
    out[t] = Math.min(out[t]!, stage);
  };
  if (run.metric) need(run.metric.row, stageCount(spec) - 1);
  for (const { site, rows } of run.captures) {
    if (site.kind === 'hook_tokens') continue;
    for (const t of rows ?? run.tokens.keys()) need(t, stageOf(spec, site));
  }
  return out;
}

/** Runs read by a run's edits, including its base's; lists are shared along a chain of bases. */
const known = new WeakMap<ResolvedRun, readonly string[]>();

function sources(run: ResolvedRun): readonly string[] {
  return cached(known, run, () => {
    let all = run.base ? sources(run.base) : [];
    for (const edit of run.own) for (const id of sourcesOf(edit)) if (!all.includes(id)) all = [...all, id];
    return all;
  });
}
