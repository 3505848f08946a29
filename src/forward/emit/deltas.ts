/**
 * Deltas of senders as steps: what a sender contributes, minus what replaces it when an edge from it is cut. The run's own
 * are made when the sender's tensor is complete, those of base rows when a cut first reads them.
 */
import type { Member } from '../plan/sweep';
import type { CutSource } from '../request/types';
import { type Columns, type Ctx, copyRows, declare, dispatch, type Kept, type Slot, table } from './context';
import type { DeltaTensor, Turn } from './cutPlan';
import type { SendersAt } from './cutRecords';
import { placeFor } from './keep';
import { type Place, samplesOf } from './rows';
import { meanOf } from './sources';

/** Rows of deltas that are made together. */
interface Making {
  readonly turn: Turn;
  readonly key: string;
  readonly to: Columns;
  readonly width: number;
  /** Members and positions, and where their deltas lie; `name`: the same for the same rows. */
  readonly rows: readonly { readonly member: Member; readonly position: number; readonly to: Place }[];
  readonly name: string;
}

/** A sender's tensor is complete: the deltas of the rows at hand, if a cut of this sweep reads them. */
export function keepDeltas(ctx: Ctx, key: string, slot: Slot): void {
  const { cuts, sweep, rows } = ctx;
  if (!cuts || !sweep.recalled.has(key)) return;
  for (const turn of cuts.turns) {
    const found = siteIn(turn, key);
    if (!found) continue;
    const name = `deltas.${turn.index}.own.${rows.table}.${rows.count}`;
    const own = rows.segments.flatMap(({ member, positions }) =>
      positions.map((position) => ({
        member: sweep.members[member]!,
        position,
        to: ownPlace(ctx, turn, member, position),
      })),
    );
    const making = { turn, key, ...columnsOf(ctx, found), rows: own, name };
    copyFrom(ctx, making, slot, name, ({ index }, t) => ({
      first: rows.first(index, t),
      step: rows.step(index, t),
    }));
    subtractReplaced(ctx, making);
  }
}

/** Deltas of the bases' rows, of senders that had written before rows of this sweep entered; made once. */
export function baseDeltas(ctx: Ctx, turn: Turn, tensor: DeltaTensor, site: SendersAt): void {
  const { sweep, earlier } = ctx;
  if (turn.made.has(site.key)) return;
  turn.made.add(site.key);
  const name = `deltas.${turn.index}.base`;
  const kept = earlier(sweep.baseSweep!, site.key);
  const first = new Map<number, Member>();
  for (const [m, place] of turn.bases.entries())
    if (place && !first.has(place.first)) first.set(place.first, sweep.members[m]!);
  const rows = [...first].flatMap(([at, member]) =>
    [...member.run.tokens.keys()].flatMap((position) => {
      if (!kept.at(member.base!, position)) return [];
      return [{ member, position, to: { first: at + position, step: turn.bases[member.index]!.step } }];
    }),
  );
  const making = {
    turn,
    key: site.key,
    ...columnsOf(ctx, { tensor, site }),
    rows,
    name: `${name}.${kept.rows}`,
  };
  copyFrom(ctx, making, kept.slot, making.name, (member, t) => placeFor(kept, member.base!, member, t));
  subtractReplaced(ctx, making);
}

function siteIn({ tensors, neurons }: Turn, key: string): { tensor: DeltaTensor; site: SendersAt } | null {
  for (const tensor of [...tensors, ...neurons]) {
    const site = tensor.sites.find((one) => one.key === key);
    if (site) return { tensor, site };
  }
  return null;
}

function columnsOf(
  ctx: Ctx,
  { tensor, site }: { readonly tensor: DeltaTensor; readonly site: SendersAt },
): Pick<Making, 'to' | 'width'> {
  const each = site.neuronsOf === null ? ctx.spec.dModel : 1;
  const id = declare(ctx, tensor.id, 'scratch', tensor.rows * tensor.width);
  const to = { tensor: id, stride: tensor.width, col: (site.first - tensor.first) * each };
  return { to, width: site.count * each };
}

function ownPlace({ cuts }: Ctx, { baseRows }: Turn, member: number, position: number): Place {
  const { rows } = cuts!;
  return { first: baseRows + rows.first(member, position), step: rows.step(member, position) };
}

function copyFrom(
  ctx: Ctx,
  { key, to, width, rows }: Making,
  from: Columns,
  name: string,
  placeOf: (member: Member, position: number) => Place,
): void {
  const pairs = pairsOf(rows.map((row) => ({ ...row, from: placeOf(row.member, row.position) })));
  copyRows(ctx, `delta ${key}`, { name, table: () => pairs, rows: pairs.length / 2 }, [from, to], width);
}

/** What a row's member reads instead. */
interface Replacement {
  readonly kept: Kept;
  /** Names rows of an earlier sweep, or of a mean: the same for all tensors with these rows. */
  readonly rows: string;
  /** Null if that row was not kept, since nothing reads it. */
  readonly from: Place | null;
}

/** Takes away what the rows' members read instead, tensor by tensor. */
function subtractReplaced(ctx: Ctx, { turn, key, to, width, rows, name }: Making): void {
  const byTensor = new Map<Kept, { readonly rows: string; readonly pairs: Pair[] }>();
  for (const row of rows) {
    const source = turn.sources[row.member.index];
    if (!source || source.kind === 'constant') continue;
    const replacement = replacementOf(ctx, key, source, row);
    if (!replacement.from) continue;
    const found = byTensor.get(replacement.kept) ?? { rows: replacement.rows, pairs: [] };
    byTensor.set(replacement.kept, found);
    found.pairs.push({ ...row, from: replacement.from });
  }
  for (const [{ slot }, { rows: read, pairs }] of byTensor)
    dispatch(ctx, 'add_rows', {
      label: `replace ${key}`,
      buffers: [
        { id: table(ctx, `${name}.${read}.${pairs.length}`, () => pairsOf(pairs)) },
        { id: slot.tensor },
        { id: to.tensor },
      ],
      params: {
        row0: 0,
        rows: pairs.reduce((sum, { member }) => sum + samplesOf(member), 0),
        width,
        dstStride: to.stride,
        dstCol: to.col,
        srcStride: slot.stride,
        srcCol: slot.col,
        weight: -1,
      },
    });
}

function replacementOf(
  ctx: Ctx,
  key: string,
  source: Exclude<CutSource, { kind: 'constant' }>,
  { member, position }: Making['rows'][number],
): Replacement {
  if (source.kind === 'mean') {
    const kept = meanOf(ctx, { key, runs: source.runs, reader: member });
    return { kept, rows: `mean of ${source.runs.join('|')}`, from: kept.at(member, position) };
  }
  const of = ctx.memberOf(source.run, member.begin);
  const kept = ctx.earlier(of.sweep, key);
  const from = kept.at(of, position) && placeFor(kept, of, member, position);
  return { kept, rows: `${of.sweep}.${kept.rows}`, from };
}

interface Pair {
  readonly member: Member;
  readonly to: Place;
  readonly from: Place;
}

/** (destination, source) of all samples. */
function pairsOf(rows: readonly Pair[]): Uint32Array {
  const out: number[] = [];
  for (const { member, to, from } of rows)
    for (let s = 0; s < samplesOf(member); s++) out.push(to.first + s * to.step, from.first + s * from.step);
  return Uint32Array.from(out);
}
