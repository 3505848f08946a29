/**
 * Groups runs to be computed together. A sweep is one pass over the layers for many runs at once
 * (the wavefront); later sweeps read tensors kept by earlier ones. Pure: runs in, drafts out.
 */
import type { ModelSpec } from '../../model/spec';
import { push } from '../../util/lists';
import type { ResolvedRun } from '../request/resolved';
import type { Reuse } from '../request/contract';
import { type Draft, draftRuns } from './drafts';
import { Needs } from './needs';
import { stageCount } from './stages';
import type { Member, Sweep } from './sweep';
import type { Plan } from './steps';

export interface SweepPlan extends Pick<Plan, 'aliases' | 'comparisons'> {
  readonly sweeps: Sweep[];
  readonly memberOf: (run: string, sample: number) => Member;
}

export interface GroupOptions {
  readonly reuse: Reuse;
  /** Most rows of a sweep, unless one member has more. */
  readonly maxRows: number;
  /** Positions of the longest run. */
  readonly T: number;
}

/** Groups runs into sweeps of at most `maxRows` rows, or one member. Pauses after every run. */
export function* groupRuns(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  { reuse, maxRows, T }: GroupOptions,
): Generator<void, SweepPlan> {
  const { drafts, aliases, comparisons } = yield* draftRuns(spec, runs, reuse);
  const sweeps: Sweep[] = [];
  const open = new Map<string, Sweep[]>();
  const members = new Map<string, Member[]>();
  const memberOf = (id: string, sample: number): Member =>
    members.get(id)!.find(({ run, end }) => run.samples === null || sample < end)!;
  const stages = stageCount(spec);
  // Splits samples if one run would fill a sweep, at the same numbers in every run.
  const most = reuse === 'naive' ? 1 : Math.max(1, Math.floor(maxRows / (4 * T)));
  for (const draft of byLevel(drafts, reuse)) {
    yield;
    const { run, level, entry, isScratch } = draft;
    const length = mayShareLengths(spec, run) ? 'any' : run.tokens.length;
    let computed = 0;
    for (const stage of entry) if (stage < stages) computed++;
    // Samples of a Jacobian share a forward pass if they are together.
    for (const [begin, end] of splitSamples(run, run.gradients && reuse !== 'naive' ? 4 * most : most)) {
      const base = isScratch ? null : memberOf(run.base!.id, begin);
      const baseSweep = base?.sweep ?? null;
      const back = run.gradients ? JSON.stringify(run.gradients.frozen) : '';
      const group =
        reuse === 'naive' ? `${run.id}|${begin}` : `${level}|${run.unit}|${length}|${baseSweep}|${back}`;
      const rows = (end - begin) * computed;
      let sweep = open.get(group)?.find((one) => one.rows + rows <= maxRows);
      if (!sweep) {
        sweep = openSweep(sweeps.length, run.unit, baseSweep);
        sweeps.push(sweep);
        push(open, group, sweep);
      }
      const { inherited, own } = draft;
      const index = sweep.members.length;
      const member: Member = { run, begin, end, sweep: sweep.index, index, entry, inherited, own, base };
      addMember(sweep, member, rows);
      push(members, run.id, member);
    }
  }
  const needs = new Needs(spec, sweeps, memberOf);
  for (const { members: all } of sweeps)
    for (const member of all) {
      yield;
      needs.note(member);
    }
  needs.close();
  return { sweeps, aliases, comparisons, memberOf };
}

/** Orders runs so that those that can be computed together are adjacent. */
function byLevel(drafts: readonly Draft[], reuse: Reuse): readonly Draft[] {
  if (reuse === 'naive') return drafts;
  return [...drafts].sort((a, b) => a.level - b.level || a.run.index - b.run.index);
}

/**
 * Whether a run can be computed beside runs of other lengths. A query of a bidirectional model
 * would see past the end of its prompt, and a callback gets whole rows of scores and pattern.
 */
function mayShareLengths(spec: ModelSpec, run: ResolvedRun): boolean {
  return spec.attention.causal && !run.callbacks.some(({ site }) => site.axes.includes('S'));
}

/** Splits samples at multiples of `most`. */
function splitSamples({ samples }: ResolvedRun, most: number): (readonly [number, number])[] {
  if (samples === null) return [[0, 1]];
  const parts: (readonly [number, number])[] = [];
  for (let [begin, end] = samples; begin < end; ) {
    const next = Math.min(end, (Math.floor(begin / most) + 1) * most);
    parts.push([begin, next]);
    begin = next;
  }
  return parts;
}

export function openSweep(index: number, unit: string, baseSweep: number | null): Sweep {
  return {
    index,
    unit,
    T: 0,
    members: [],
    rows: 0,
    entering: [],
    baseSweep,
    cached: new Set(),
    recalled: new Set(),
    needed: [],
    references: [],
    lastStage: -1,
  };
}

export function addMember(sweep: Sweep, member: Member, rows: number): void {
  sweep.members.push(member);
  sweep.rows += rows;
  sweep.T = Math.max(sweep.T, member.entry.length);
  // Few stages per member: a list is faster than a map.
  const begun: { readonly stage: number; readonly positions: number[] }[] = [];
  for (let t = 0; t < member.entry.length; t++) {
    const stage = member.entry[t]!;
    const known = begun.findLast((one) => one.stage === stage);
    if (known) known.positions.push(t);
    else begun.push({ stage, positions: [t] });
  }
  for (const { stage, positions } of begun) {
    sweep.entering[stage] ??= [];
    sweep.entering[stage].push({ member: member.index, positions });
  }
}
