/** Edits, masks, rewrites and cuts backward: what they pass on of a gradient, in reverse order. */
import { REWRITE_KINDS } from '../../../gpu/kernels/edits';
import { consecutive } from '../../../util/consecutive';
import { dot } from '../../../util/dot';
import { push } from '../../../util/lists';
import { range } from '../../../util/range';
import type { Member } from '../../plan/sweep';
import { closedBy } from '../../request/masks';
import type { ResolvedEdit, Span } from '../../request/resolved';
import { isRewrite, rowKey } from '../../request/rewrites';
import { copyWhole, type Ctx, dispatch, scratch, table } from '../context';
import { buildEditTables, editRounds, type EditTable } from '../editTables';
import { type EditTarget, element } from '../editTarget';
import { samplesOf } from '../rows';
import type { Slot } from '../slots';
import { cellsOf, sourceCells } from '../sources';
import { Words } from '../words';
import { type Back, clear, kept, type MemberEdit } from './back';
import { cutBack } from './cuts';

/** Names the gradient of the scores without a mask, to which an 'allow' mask sets some scores. */
export const unmasked = (scores: string): string => `${scores} without mask`;

interface Round extends MemberEdit {
  readonly round: number;
}

/** slot: the gradient after the site's edits; becomes that before them. */
export function editsBack(back: Back, key: string, slot: Slot): void {
  const here = back.edits.get(key);
  if (!here) return;
  const rounds: Round[][] = [];
  for (const [member, edits] of byMember(here)) {
    const last = edits.toReversed();
    for (const [i, round] of editRounds(last).entries()) {
      rounds[round] ??= [];
      rounds[round].push({ member, edit: last[i]!, round });
    }
  }
  for (const [r, round] of rounds.entries()) {
    const name = `${key}.back.${r}`;
    for (const { member, edit } of round) if (edit.cut) cutBack(back, { member, edit }, edit.cut, slot);
    allowBack(back, name, key, slot, round);
    const scaled = round.flatMap((one) => targetsOf(back.ctx, one, slot));
    for (const [n, built] of buildEditTables(scaled).entries()) apply(back.ctx, `${name}.${n}`, built, slot);
    clampsBack(back, name, slot, round);
    rewritesBack(back, name, key, slot, round);
  }
}

function byMember(here: readonly MemberEdit[]): Map<Member, ResolvedEdit[]> {
  const found = new Map<Member, ResolvedEdit[]>();
  for (const { member, edit } of here) push(found, member, edit);
  return found;
}

/** The linear edit that an edit applies to the gradient; null if it passes it on, or is no such edit. */
function linear(edit: ResolvedEdit): EditTarget['edit'] | null {
  const { op, alpha, direction, ...rest } = edit;
  const scaled = (by: number) => ({ ...rest, op: 'scale' as const, alpha: by, source: null });
  if (op === 'set' || op === 'uniform' || op === 'random') return scaled(0);
  if (op === 'min') return { ...scaled(0), spans: closedSpans(edit) };
  if (op === 'scale') return scaled(alpha);
  if (op === 'lerp') return scaled(1 - alpha);
  if (op === 'project_out') return direction ? transposed(edit, direction) : edit;
  if (op === 'set_along')
    return { ...rest, op: 'project_out', alpha, source: { kind: 'vector', values: direction! } };
  return null;
}

/** x - (x.v) w/(v.v) takes g to g - (g.w) v/(v.v): it reads w, and moves along v (w.w)/(v.v). */
function transposed(edit: ResolvedEdit, w: readonly number[]): EditTarget['edit'] {
  const v = (edit.source as { readonly values: readonly number[] }).values;
  const [begin, end] = edit.spans[0]!;
  const columns = end - begin;
  const scales = range(0, v.length / columns).map((head) => {
    const of = (list: readonly number[]) => list.slice(head * columns, (head + 1) * columns);
    const norm = dot(of(v), of(v));
    return norm === 0 ? 0 : dot(of(w), of(w)) / norm;
  });
  const direction = v.map((x, c) => x * scales[Math.floor(c / columns)]!);
  return { ...edit, source: { kind: 'vector', values: w }, direction };
}

/** The columns that a mask closes; it passes on the gradient of those between them. */
function closedSpans(edit: ResolvedEdit): Span[] {
  const isClosed = closedBy(edit);
  return edit.spans.flatMap(([begin, end]) =>
    consecutive(range(0, end - begin).filter((column) => isClosed?.(column))).map(
      ({ first, count }): Span => [begin + first, begin + first + count],
    ),
  );
}

function targetsOf(ctx: Ctx, { member, edit }: MemberEdit, slot: Slot): EditTarget[] {
  const how = linear(edit);
  if (!how) return [];
  return placesOf(ctx, { member, edit }, slot).map(({ rowIndex, x }) => {
    // What set_along inserts is a constant, and its direction is known.
    const source = edit.op === 'project_out' ? sourceCells(ctx, member, edit, rowIndex) : null;
    return { edit: how, rowIndex, samples: samplesOf(member), sample: member.begin, x, source, round: 0 };
  });
}

/** The cells of an edit's rows. */
function placesOf({ rows }: Ctx, { member, edit }: MemberEdit, slot: Slot) {
  return edit.rows.flatMap((t, rowIndex) => {
    const first = rows.first(member.index, t);
    if (first < 0) return [];
    return [{ rowIndex, t, x: cellsOf(edit, slot, { first, step: rows.step(member.index, t) }) }];
  });
}

function apply(ctx: Ctx, name: string, built: EditTable, slot: Slot): void {
  const entries = table(ctx, `edit.${name}`, () => built.entries);
  const values = table(ctx, `edit.${name}.values`, () => built.values);
  const buffers = [entries, values, built.source ?? values, slot.tensor];
  const params = { row0: 0, rows: built.count, maxCols: built.maxCols };
  const label = `edit ${name}`;
  if (built.kernel === 'project') dispatch(ctx, 'project', { label, buffers, params });
  else dispatch(ctx, 'edit', { label, buffers, params: { ...params, samples: built.maxSamples } });
}

/** Passes on what 'allow' masks take from the scores without a mask. */
function allowBack(back: Back, name: string, key: string, slot: Slot, round: readonly Round[]): void {
  const { ctx, arrived } = back;
  const allowing = round.filter(({ edit }) => edit.source?.kind === 'unmasked');
  if (allowing.length === 0) return;
  let to = arrived.get(unmasked(key));
  if (!to) {
    to = { ...slot, tensor: scratch(ctx, 'g.unmasked', slot.stride) };
    clear(ctx, to, slot.stride);
    arrived.set(unmasked(key), to);
  }
  const targets = allowing.flatMap(({ member, edit }) =>
    placesOf(ctx, { member, edit }, slot).map(({ rowIndex, x }) => ({
      edit: { ...edit, op: 'add' as const, alpha: 1, source: null },
      rowIndex,
      samples: samplesOf(member),
      sample: member.begin,
      x,
      source: { tensor: slot.tensor, ...x },
      round: 0,
    })),
  );
  for (const [n, built] of buildEditTables(targets).entries()) apply(ctx, `${name}.allow.${n}`, built, to);
}

/** The tensor as it was before an edit, if its derivative needs it. */
function beforeEdit({ ctx }: Back, edit: ResolvedEdit): string {
  const tensor = ctx.before?.get(edit);
  if (tensor === undefined)
    throw new Error(`internal: the values before an edit of ${edit.key} are not kept.`);
  return tensor;
}

function clampsBack(back: Back, name: string, slot: Slot, round: readonly Round[]): void {
  const { ctx } = back;
  const byTensor = new Map<string, Round[]>();
  for (const one of round) if (one.edit.op === 'clamp') push(byTensor, beforeEdit(back, one.edit), one);
  for (const [before, clamps] of byTensor) {
    const words = new Words();
    let maxCols = 0;
    for (const { member, edit } of clamps)
      for (const { x } of placesOf(ctx, { member, edit }, slot))
        for (let s = 0; s < samplesOf(member); s++)
          for (const [begin, end] of edit.spans) {
            words.u32(element(x, begin) + s * x.step);
            words.u32(end - begin);
            for (const limit of edit.range!) words.f32(limit);
            maxCols = Math.max(maxCols, end - begin);
          }
    const entries = table(ctx, `edit.${name}.clamp.${before}`, () => words.data);
    dispatch(ctx, 'clamp_back', {
      label: `clamp ${name}`,
      buffers: [entries, before, slot.tensor],
      params: { row0: 0, rows: words.length / 4, maxCols },
    });
  }
}

/** Rewrites that depend on the pattern before them. */
function rewritesBack(back: Back, name: string, key: string, slot: Slot, round: readonly Round[]): void {
  const { ctx } = back;
  const byTensor = new Map<string, Round[]>();
  for (const one of round)
    if (one.edit.op === 'reversed' || one.edit.op === 'shuffled')
      push(byTensor, beforeEdit(back, one.edit), one);
  for (const [before, rewrites] of byTensor) {
    const words = new Words();
    let T = 0;
    for (const { member, edit } of rewrites) {
      if (!isRewrite(edit.op)) continue;
      for (const { t, x } of placesOf(ctx, { member, edit }, slot))
        for (let s = 0; s < samplesOf(member); s++)
          for (const [begin, end] of edit.spans) {
            words.u32(element(x, begin) + s * x.step);
            words.u32(REWRITE_KINDS[edit.op]);
            words.u32(rowKey(edit, begin / (end - begin), t));
            T = Math.max(T, end - begin);
          }
    }
    const after = scratch(ctx, 'g.pattern_after', slot.stride);
    copyWhole(ctx, `copy ${name}`, slot.tensor, after, slot.stride);
    const scores = kept(back, key.replace('hook_pattern', 'hook_attn_scores')).tensor;
    const entries = table(ctx, `edit.${name}.rewrite.${before}`, () => words.data);
    dispatch(ctx, 'rewrite_back', {
      label: `rewrite ${name}`,
      buffers: [entries, scores, before, after, slot.tensor],
      params: { row0: 0, rows: words.length / 3, T },
    });
  }
}
