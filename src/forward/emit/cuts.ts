/**
 * Cut edges as steps. A receiver's input, complete but for its cuts, gets for each sender minus its contribution and plus
 * what replaces it. Contributions lie where the senders' outputs were kept: in this sweep, in the base's for rows that
 * entered after the sender had written, in those of earlier runs for replacements.
 */
import { push } from '../../util/lists';
import type { Member } from '../plan/sweep';
import type { ResolvedEdit, Term } from '../request/resolveEdits';
import { type Ctx, dispatch, dispatchWeighted, table, type Kept } from './context';
import { type CutGroup, type CutSource, CutTables } from './cutTables';
import { own, placeFor } from './keep';
import { chunksOf } from './products';
import { type Place, samplesOf } from './rows';
import { meanOf } from './sources';

/** A cut of one member, at the site that is at hand. */
export interface CutHere {
  readonly member: Member;
  readonly edit: ResolvedEdit;
}

/** What is cut: a receiver's D columns begin at element `place(row, column)` of the tensor. */
export interface CutInput {
  readonly tensor: string;
  readonly place: (row: number, column: number) => number;
}

/** Rows of one receiver in one run that read the same: they have the same cuts and entered at the same stage. */
interface Alike {
  readonly edits: readonly ResolvedEdit[];
  readonly entry: number;
  readonly positions: number[];
}

/** One tensor's part in what such rows read. */
interface Read {
  readonly source: CutSource;
  readonly slot: Kept['slot'];
  readonly at: (position: number) => Place;
  readonly parts: { readonly columns: readonly number[]; readonly weight: number }[];
  constant: number;
}

/** All cuts of a site at once; `name` of the tables. */
export function applyCuts(ctx: Ctx, name: string, x: CutInput, cuts: readonly CutHere[]): void {
  const tables = new CutTables();
  for (const { member, column, edits } of byReceiver(cuts))
    for (const alike of alikeRows(ctx, member, edits))
      for (const { source, slot, at, parts, constant } of reads(ctx, member, alike)) {
        const list = tables.list(parts);
        const group = tables.group(source);
        for (const t of alike.positions) {
          const from = at(t);
          const [first, step] = [ctx.rows.first(member.index, t), ctx.rows.step(member.index, t)];
          for (let s = 0; s < samplesOf(member); s++) {
            const row = (from.first + s * from.step) * slot.stride + slot.col;
            group.add(x.place(first + s * step, column), row, list, constant);
          }
        }
      }
  const groups = tables.groups();
  if (groups.length === 0) return;
  const terms = table(ctx, `cut.${name}.terms`, () => tables.terms);
  for (const [n, group] of groups.entries())
    dispatchGroup(ctx, group, { name: `cut.${name}.${n}`, terms, x: x.tensor });
}

interface GroupTables {
  readonly name: string;
  readonly terms: string;
  readonly x: string;
}

function dispatchGroup(
  ctx: Ctx,
  { entries, count, work, tensor, key, neuronsOf }: CutGroup,
  { name, terms, x }: GroupTables,
): void {
  const { dModel: D, dMlp: M, orientation } = ctx.spec;
  const tables = [{ id: table(ctx, name, () => entries) }, { id: terms }, { id: tensor }];
  const label = `cut ${key}`;
  const shape = { row0: 0, rows: count };
  if (neuronsOf === null) {
    const params = { ...shape, D, fresh: 0 };
    dispatch(ctx, 'cut', { label, buffers: [...tables, { id: x }], params, flops: 2 * D * work });
    return;
  }
  const W = `blocks.${neuronsOf}.mlp.W_out`;
  const isInOut = orientation === 'in-out';
  const chunks = isInOut ? [{ tensor: W, first: 0, rows: D }] : chunksOf(ctx, W, D, M);
  const strides = isInOut ? { wNeuron: D, wCol: 1 } : { wNeuron: 1, wCol: M };
  for (const { tensor: w, first, rows } of chunks)
    dispatchWeighted(ctx, 'cut_neurons', {
      label,
      buffers: [...tables, { id: w }, { id: x }],
      params: { ...shape, D: rows, first, ...strides },
      flops: 4 * rows * work,
    });
}

/** Rows that are here, in classes. */
function alikeRows(ctx: Ctx, member: Member, edits: readonly ResolvedEdit[]): Alike[] {
  const { entry } = member;
  const cutsAt = new Map<number, number[]>();
  for (const [i, { rows }] of edits.entries())
    for (const t of rows) if (ctx.rows.first(member.index, t) >= 0) push(cutsAt, t, i);
  const classes = new Map<string, Alike>();
  for (const [t, cuts] of cutsAt) {
    const name = `${entry[t]}|${cuts.join()}`;
    const found = classes.get(name);
    if (found) found.positions.push(t);
    else classes.set(name, { edits: cuts.map((i) => edits[i]!), entry: entry[t]!, positions: [t] });
  }
  return [...classes.values()];
}

function reads(ctx: Ctx, member: Member, { edits, entry }: Alike): Iterable<Read> {
  const found = new Map<string, Read>();
  const turns = new Map<string, number>();
  const read = (term: Term, role: 0 | 1, from: string, make: () => Pick<Read, 'slot' | 'at'>): Read => {
    const name = `${term.key}|${role}|${from}`;
    const known = found.get(name);
    if (known) return known;
    const turn = turns.get(`${term.key}|${role}`) ?? 0;
    turns.set(`${term.key}|${role}`, turn + 1);
    const { key, stage, isNeuron, site } = term;
    const made = make();
    const neuronsOf = isNeuron ? site.layer : null;
    const source = { tensor: made.slot.tensor, key, stage, role, turn, neuronsOf };
    const fresh: Read = { source, ...made, parts: [], constant: 0 };
    found.set(name, fresh);
    return fresh;
  };
  const earlier = (from: Member, key: string) => (): Pick<Read, 'slot' | 'at'> => {
    const kept = ctx.earlier(from.sweep, key);
    return { slot: kept.slot, at: (t) => placeFor(kept, from, member, t) };
  };
  const ofRun = (key: string) => (): Pick<Read, 'slot' | 'at'> => {
    const kept = own(ctx, key);
    return { slot: kept.slot, at: (t) => kept.at(member, t)! };
  };
  const ofMean = (key: string, runs: readonly string[]) => (): Pick<Read, 'slot' | 'at'> => {
    const kept = meanOf(ctx, { key, runs, reader: member });
    return { slot: kept.slot, at: (t) => kept.at(member, t)! };
  };
  for (const { cut } of edits) {
    const { terms, share, source } = cut!;
    for (const term of terms) {
      const { columns, key } = term;
      const isOwn = entry <= term.stage;
      const mine = isOwn
        ? read(term, 0, 'own', ofRun(key))
        : read(term, 0, 'base', earlier(member.base!, key));
      mine.parts.push({ columns, weight: -share });
      if (source.kind === 'constant') {
        mine.constant += share * source.value * columns.length;
        continue;
      }
      const other =
        source.kind === 'run'
          ? read(term, 1, source.run, earlier(ctx.memberOf(source.run, member.begin), key))
          : read(term, 1, source.runs.join('|'), ofMean(key, source.runs));
      other.parts.push({ columns, weight: share });
    }
  }
  return found.values();
}

/** The cuts of one receiver in one run; `column`: its first in a row of the site. */
interface OfReceiver {
  readonly member: Member;
  readonly column: number;
  readonly edits: ResolvedEdit[];
}

function byReceiver(cuts: readonly CutHere[]): Iterable<OfReceiver> {
  const found = new Map<string, OfReceiver>();
  for (const { member, edit } of cuts) {
    const column = edit.spans[0]![0];
    const name = `${member.index}|${column}`;
    const here = found.get(name);
    if (here) here.edits.push(edit);
    else found.set(name, { member, column, edits: [edit] });
  }
  return found.values();
}
