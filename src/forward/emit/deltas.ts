/**
 * Deltas of senders as steps: a sender's contribution minus its replacement when an edge from it is
 * cut. The run's own are made when the sender's tensor is complete, those of base rows when a cut
 * first reads them.
 */
import type { Member } from '../plan/sweep';
import { type Columns, type Ctx, copyRows, declare, table } from './context';
import { type Kept, type Slot, placeFor } from './slots';
import type { ReplacingSource, Turn } from './cutTurns';
import type { SendersAt } from './cutRecords';
import { type Place, samplesOf } from './rows';
import { meanOf } from './sources';
import { Words } from './words';
import { cached } from '../../util/cached';
import { append } from '../../util/lists';

/** Rows of deltas made together: the sweep's own at one time, or the bases'. */
interface Making {
  readonly turn: Turn;
  readonly key: string;
  readonly to: Columns;
  readonly width: number;
  /** Names these rows. */
  readonly name: string;
  /** The place of a member's delta for a position; null if it has none. */
  readonly place: (member: Member, position: number) => Place | null;
}

/**
 * Called when a sender's tensor is complete: makes the deltas of the current rows if a cut of this
 * sweep reads them.
 */
export function keepDeltas(ctx: Ctx, key: string, slot: Slot): void {
  const { cuts, sweep, rows } = ctx;
  if (!cuts || !sweep.recalled.has(key)) return;
  for (const turn of cuts.turns) {
    const columns = columnsOf(ctx, turn, key);
    if (!columns) continue;
    const place: Making['place'] = ({ index }, t) => {
      if (rows.first(index, t) < 0) return null;
      return { first: turn.baseRows + cuts.rows.first(index, t), step: cuts.rows.step(index, t) };
    };
    const making = { turn, key, ...columns, name: `deltas.${turn.index}.${rows.table}.${rows.count}`, place };
    copyOf(ctx, making, slot, sweep.members, ({ index }, t) => ({
      first: rows.first(index, t),
      step: rows.step(index, t),
    }));
    subtractReplaced(ctx, making);
  }
}

/** Deltas of the bases' rows, for senders written before this sweep's rows entered; made once. */
export function baseDeltas(ctx: Ctx, turn: Turn, { key }: SendersAt): void {
  if (turn.made.has(key)) return;
  turn.made.add(key);
  const kept = ctx.earlier(ctx.sweep.baseSweep!, key);
  const place: Making['place'] = (member, t) => {
    const at = turn.bases[member.index];
    if (!at || !turn.makers.has(member.index) || !kept.at(member.base!, t)) return null;
    return { first: at.first + t, step: at.step };
  };
  const name = `deltas.${turn.index}.base.${kept.rows}`;
  const making = { turn, key, ...columnsOf(ctx, turn, key)!, name, place };
  copyOf(ctx, making, kept.slot, ctx.sweep.members, (member, t) => placeFor(kept, member.base!, member, t));
  subtractReplaced(ctx, making);
}

/** Where a turn's deltas of a sender's tensor are; null if it reads none. */
function columnsOf(ctx: Ctx, { tensors, neurons }: Turn, key: string): Pick<Making, 'to' | 'width'> | null {
  for (const tensor of [...tensors, ...neurons]) {
    const site = tensor.sites.find((one) => one.key === key);
    if (!site) continue;
    const each = site.neuronsOf === null ? ctx.spec.dModel : 1;
    const id = declare(ctx, tensor.id, 'scratch', tensor.rows * tensor.width);
    const to = { tensor: id, stride: tensor.width, col: (site.first - tensor.first) * each };
    return { to, width: site.count * each };
  }
  return null;
}

type PlaceOf = (member: Member, position: number) => Place | null;

function copyOf(ctx: Ctx, making: Making, from: Columns, members: readonly Member[], placeOf: PlaceOf): void {
  const { key, to, width, name, place } = making;
  copyRows(ctx, `delta ${key}`, pairs(ctx, name, members, [place, placeOf]), [from, to], width);
}

/** The table of (destination, source) for all samples that have both. */
function pairs(ctx: Ctx, name: string, members: readonly Member[], [to, from]: [PlaceOf, PlaceOf]) {
  const made = () => pairsOf(members, to, from);
  return { name, table: made, rows: ctx.tensors.get(table(ctx, name, made))!.elements / 2 };
}

/** Subtracts what the rows' members read instead, tensor by tensor. */
function subtractReplaced(ctx: Ctx, { turn, key, to, width, name, place }: Making): void {
  const groups = new Map<Kept, { readonly members: Member[]; readonly indices: number[] }>();
  for (const [i, { members: readers, keys }] of turn.groups.entries()) {
    if (!keys.has(key)) continue;
    const kept = replacementOf(ctx, turn, key, readers[0]!);
    const { members, indices } = cached(groups, kept, () => ({ members: [], indices: [] }));
    append(members, readers);
    indices.push(i);
  }
  for (const [kept, { members, indices }] of groups) {
    const { slot } = kept;
    const from: PlaceOf = (member, t) => replacedBy(ctx, turn, kept, member, t);
    // A mean has rows wherever all its runs do, which depends on the site.
    const held = [...members[0]!.run.tokens.keys()].filter((t) => from(members[0]!, t)).length;
    const rows = `${slot.tensor.replace(`.${key}`, '')}.${kept.rows.replace(key, '')}.${held}`;
    const who = `${rows}.${indices.join('-')}`;
    const by = pairs(ctx, `${name}.${who}`, members, [place, from]);
    if (by.rows > 0) copyRows(ctx, `replace ${key}`, { ...by, weight: -1 }, [slot, to], width);
  }
}

/** The tensor that a member reads instead of a sender's. */
function replacementOf(ctx: Ctx, turn: Turn, key: string, member: Member): Kept {
  const source = turn.sources[member.index] as ReplacingSource;
  if (source.kind === 'mean') return meanOf(ctx, key, source.runs, member);
  return ctx.earlier(ctx.memberOf(source.run, member.begin).sweep, key);
}

/** Its row for a position; null if it was not kept because nothing reads it. */
function replacedBy(ctx: Ctx, turn: Turn, kept: Kept, member: Member, position: number): Place | null {
  const source = turn.sources[member.index] as ReplacingSource;
  if (source.kind === 'mean') return kept.at(member, position);
  const from = ctx.memberOf(source.run, member.begin);
  return kept.at(from, position) && placeFor(kept, from, member, position);
}

function pairsOf(members: readonly Member[], to: PlaceOf, from: PlaceOf): Uint32Array {
  const out = new Words();
  for (const member of members)
    for (const t of member.run.tokens.keys()) {
      const x = to(member, t);
      const y = x && from(member, t);
      if (!x || !y) continue;
      for (let s = 0; s < samplesOf(member); s++) {
        out.u32(x.first + s * x.step);
        out.u32(y.first + s * y.step);
      }
    }
  return out.data;
}
