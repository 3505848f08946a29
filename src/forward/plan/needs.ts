/** What sweeps must keep for readers, which rows matter at the end, and how far a sweep must go. */
import { findSite } from '../../model/sites';
import { keysToKeep } from '../emit/backward/keeps';
import type { ModelSpec } from '../../model/spec';
import { maxOf, minOf } from '../../util/lists';
import { range } from '../../util/range';
import { referencesOf, type ResolvedEdit, sourcesOf } from '../request/resolved';
import { type CutReads, memberLists, readsOf } from './editLists';
import { isAfterLastAttention, isAttentionStage, stageCount, stageOf, stagePair } from './stages';
import type { Member, Sweep } from './sweep';
import { cached } from '../../util/cached';

export class Needs {
  /** By sweep, the stages at which rows of later sweeps enter from it. */
  private readonly entered = new Map<Sweep, Set<number>>();

  /** Whether a site's rows exist only where needed. */
  private readonly late = new Map<string, boolean>();

  /** By list of edits, the members (`numberOf`) for which it has been noted. */
  private readonly noted = new Map<readonly ResolvedEdit[], Set<number>>();
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly spec: ModelSpec,
    private readonly sweeps: readonly Sweep[],
    private readonly memberOf: (run: string, sample: number) => Member,
  ) {}

  /** Marks what a member reads from earlier sweeps, and which of its own rows matter at the end. */
  note(member: Member): void {
    const { spec } = this;
    const { run, base, entry } = member;
    if (run.metric) this.need(member, [run.metric.row]);
    if (run.gradients) this.noteGradients(member);
    for (const id of referencesOf(run)) this.noteReference(this.memberOf(id, member.begin), run.metric!.row);
    for (const at of [...run.captures, ...run.callbacks]) {
      if (!isAfterLastAttention(spec, at.site)) continue;
      this.need(member, 'rows' in at && at.rows ? at.rows : range(0, run.tokens.length));
    }
    if (base) this.noteBase(base, entry);
    const lists = memberLists(member);
    if (lists.size === 0) return;
    const alike = this.numberOf(member);
    for (const edits of lists.values()) {
      const noted = cached(this.noted, edits, () => new Set());
      if (noted.has(alike)) continue;
      noted.add(alike);
      const { cuts, others } = readsOf(edits);
      for (const reads of cuts) this.noteCuts(member, reads);
      for (const edit of others) this.noteSources(member, edit);
    }
  }

  /**
   * Called after all members: adds the needs of rows that enter later, and the last stage that
   * anything reads.
   */
  close(): void {
    const { spec } = this;
    for (const [sweep, stages] of this.entered) {
      for (const stage of stages) {
        const pair = stagePair(spec, stage);
        for (const key of [pair.resid, ...pair.deltas]) sweep.cached.add(key);
      }
      for (let stage = minOf(stages); stage < stageCount(spec); stage++)
        if (isAttentionStage(spec, stage)) sweep.cached.add(`qkv.${stage / 2}`);
    }
    for (const sweep of this.sweeps) sweep.lastStage = lastStage(spec, sweep);
  }

  private noteBase(base: Member, entry: readonly number[]): void {
    const { spec } = this;
    const from = this.sweeps[base.sweep]!;
    const stages = cached(this.entered, from, () => new Set());
    let before = stageCount(spec);
    for (const [t, stage] of entry.entries()) {
      if (stage === stageCount(spec)) continue;
      if (stage !== before) stages.add(stage);
      before = stage;
      if (stage > 2 * (spec.nLayers - 1)) this.need(base, [t]);
    }
  }

  /**
   * Equal numbers: members whose rows enter alike from the same base, so that equal lists of edits
   * read the same.
   */
  private numberOf({ sweep, base, begin, entry }: Member): number {
    const name = `${sweep}|${base ? `${base.sweep}.${base.index}` : ''}|${begin}|${entry.join()}`;
    return cached(this.numbers, name, () => this.numbers.size);
  }

  /** A backward pass reads all rows to the end. */
  private noteGradients(member: Member): void {
    this.need(member, range(0, member.run.tokens.length));
    const { cached: keys } = this.sweeps[member.sweep]!;
    for (const key of keysToKeep(this.spec, member.run)) keys.add(key);
  }

  private noteReference(from: Member, row: number): void {
    const { references } = this.sweeps[from.sweep]!;
    this.need(from, [row]);
    references[from.index] ??= new Set();
    references[from.index]!.add(row);
  }

  private noteSources(member: Member, edit: ResolvedEdit): void {
    for (const id of sourcesOf(edit)) {
      const from = this.memberOf(id, member.begin);
      const key = edit.source?.kind === 'run' ? edit.source.site! : edit.key;
      this.sweeps[from.sweep]!.cached.add(key);
      const rows = (edit.source?.kind === 'run' && edit.source.rows) || edit.rows;
      if (this.isLate(key)) this.need(from, rows);
    }
  }

  /** Cuts read their run's contributions, the base's for later rows, and the replacements. */
  private noteCuts(member: Member, { site, rows, runs, terms }: CutReads): void {
    const stage = stageOf(this.spec, site);
    const here = rows.filter((t) => member.entry[t]! <= stage);
    if (here.length === 0) return;
    const entries = here.map((t) => member.entry[t]!);
    const [first, last] = [minOf(entries), maxOf(entries)];
    const others = runs.map((id) => this.memberOf(id, member.begin));
    for (const { key, stage: made } of terms) {
      if (first <= made) this.sweeps[member.sweep]!.recalled.add(key);
      if (last > made) this.sweeps[member.base!.sweep]!.cached.add(key);
      for (const from of others) {
        this.sweeps[from.sweep]!.cached.add(key);
        if (this.isLate(key)) this.need(from, here);
      }
    }
  }

  private isLate(key: string): boolean {
    return cached(this.late, key, () => isAfterLastAttention(this.spec, findSite(this.spec, key)));
  }

  private need({ sweep, index }: Member, rows: readonly number[]): void {
    const { needed } = this.sweeps[sweep]!;
    needed[index] ??= new Set();
    for (const row of rows) needed[index]!.add(row);
  }
}

/** The last stage that anything reads; -1 if nothing does. */
function lastStage(spec: ModelSpec, { members, cached, recalled, references }: Sweep): number {
  if (references.length > 0 || members.some(({ run }) => run.metric || run.gradients))
    return 2 * spec.nLayers;
  const read = members.flatMap(({ run }) => [...run.captures, ...run.callbacks]);
  const stages = read
    .filter(({ site }) => site.kind !== 'hook_tokens')
    .map(({ site }) => stageOf(spec, site));
  for (const key of [...cached, ...recalled]) stages.push(stageOfKey(spec, key));
  return maxOf(stages, -1);
}

/** The stage of a kept tensor, which need not be a hook site. */
function stageOfKey(spec: ModelSpec, key: string): number {
  const [, layer] = key.match(/^qkv\.(\d+)$/) ?? [];
  if (layer !== undefined) return 2 * Number(layer);
  const [, parallel] = key.match(/^blocks\.(\d+)\.resid_and_attn$/) ?? [];
  if (parallel !== undefined) return 2 * Number(parallel) + 1;
  return key === 'embed.sum' ? 0 : stageOf(spec, findSite(spec, key));
}
