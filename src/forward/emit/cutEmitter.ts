/**
 * Cut edges as steps. A receiver's input, complete but for its cuts, gets for each sender minus its contribution and plus
 * what replaces it. Contributions lie where the senders' outputs were kept: in this sweep, in the base's for rows that
 * entered after the sender had written, in those of earlier runs for replacements.
 */
import { push } from '../../util/lists';
import { type CutGroup, type CutSource, CutTables } from './cutTables';
import { type Cached, KeepEmitter } from './keepEmitter';
import type { ResolvedEdit, Term } from '../request/resolveEdits';

/** A cut of one run, at the site that is at hand. */
export interface CutHere {
  readonly sequence: number;
  readonly edit: ResolvedEdit;
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
  readonly at: Cached;
  readonly run: string;
  readonly parts: { readonly columns: readonly number[]; readonly weight: number }[];
  constant: number;
}

export class CutEmitter extends KeepEmitter {
  private readonly means = new Map<string, Cached>();

  /** All cuts of a site at once; `name` of the tables. A receiver's D columns begin at element `place(row, column)` of `x`. */
  protected applyCuts(
    name: string,
    x: string,
    place: (row: number, column: number) => number,
    cuts: readonly CutHere[],
  ): void {
    const D = this.spec.dModel;
    const tables = new CutTables();
    for (const { sequence, column, edits } of byReceiver(cuts)) {
      for (const alike of this.alike(sequence, edits)) {
        for (const { source, at, run, parts, constant } of this.reads(sequence, alike)) {
          const list = tables.list(parts);
          const group = tables.group(source);
          for (const t of alike.positions) {
            const to = place(this.rows.at(sequence, t), column);
            group.add(to, at.rowOf(run, t) * at.slot.stride + at.slot.col, list, constant);
          }
        }
      }
    }
    const groups = tables.groups();
    if (groups.length === 0) return;
    const terms = this.table(`cut.${name}.terms`, tables.terms);
    for (const [n, group] of groups.entries())
      this.dispatchGroup(`cut.${name}.${n}`, group, terms, x, D, false);
  }

  private dispatchGroup(
    name: string,
    { entries, count, work, tensor, key, neuronsOf }: CutGroup,
    terms: string,
    x: string,
    D: number,
    fresh: boolean,
  ): void {
    const tables = [{ id: this.table(name, entries) }, { id: terms }, { id: tensor }];
    const label = `cut ${key}`;
    const shape = { row0: 0, rows: count };
    if (neuronsOf === null) {
      const params = { ...shape, D, fresh: Number(fresh) };
      this.dispatch('cut', label, [...tables, { id: x }], params, 2 * D * work);
      return;
    }
    const M = this.spec.dMlp;
    const W = `blocks.${neuronsOf}.mlp.W_out`;
    const isInOut = this.spec.orientation === 'in-out';
    const chunks = isInOut ? [{ tensor: W, first: 0, rows: D }] : this.chunksOf(W, D, M);
    const strides = isInOut ? { wNeuron: D, wCol: 1 } : { wNeuron: 1, wCol: M };
    for (const { tensor: w, first, rows } of chunks) {
      const buffers = [...tables, { id: w }, { id: x }];
      const params = { ...shape, D: rows, first, ...strides };
      this.dispatchWeighted('cut_neurons', label, buffers, params, 4 * rows * work);
    }
  }

  /** Rows that are here, in classes. */
  private alike(sequence: number, edits: readonly ResolvedEdit[]): Alike[] {
    const { entry } = this.sweep.sequences[sequence]!;
    const cutsAt = new Map<number, number[]>();
    for (const [i, { rows }] of edits.entries())
      for (const t of rows) if (this.rows.at(sequence, t) >= 0) push(cutsAt, t, i);
    const classes = new Map<string, Alike>();
    for (const [t, cuts] of cutsAt) {
      const name = `${entry[t]}|${cuts.join()}`;
      const found = classes.get(name);
      if (found) found.positions.push(t);
      else classes.set(name, { edits: cuts.map((i) => edits[i]!), entry: entry[t]!, positions: [t] });
    }
    return [...classes.values()];
  }

  private reads(sequence: number, { edits, entry }: Alike): Iterable<Read> {
    const { run, base } = this.sweep.sequences[sequence]!;
    const reads = new Map<string, Read>();
    const turns = new Map<string, number>();
    const read = (term: Term, role: 0 | 1, at: Cached, from: string): Read => {
      const name = `${term.key}|${role}|${from}`;
      const known = reads.get(name);
      if (known) return known;
      const turn = turns.get(`${term.key}|${role}`) ?? 0;
      turns.set(`${term.key}|${role}`, turn + 1);
      const { key, stage, isNeuron, site } = term;
      const source = {
        tensor: at.slot.tensor,
        key,
        stage,
        role,
        turn,
        neuronsOf: isNeuron ? site.layer : null,
      };
      const fresh: Read = { source, at, run: from, parts: [], constant: 0 };
      reads.set(name, fresh);
      return fresh;
    };
    for (const { cut } of edits) {
      const { terms, share, source } = cut!;
      for (const term of terms) {
        const { columns, key } = term;
        const own =
          entry <= term.stage
            ? read(term, 0, this.own(key), run.id)
            : read(term, 0, this.earlier(this.sweep.baseSweep!, key), base!.id);
        own.parts.push({ columns, weight: -share });
        if (source.kind === 'constant') {
          own.constant += share * source.value * columns.length;
          continue;
        }
        const other =
          source.kind === 'run'
            ? read(term, 1, this.earlier(this.sweepOf.get(source.run)!, key), source.run)
            : read(term, 1, this.mean(key, source.runs, run.tokens.length), source.runs.join('|'));
        other.parts.push({ columns, weight: share });
      }
    }
    return reads.values();
  }

  /** The mean of a kept tensor over earlier runs of T positions, [T, width]; it is made once. */
  private mean(key: string, runs: readonly string[], T: number): Cached {
    const name = `${key}|${runs.join('|')}`;
    const known = this.means.get(name);
    if (known) return known;
    const from = runs.map((run) => ({ run, at: this.earlier(this.sweepOf.get(run)!, key) }));
    const { width } = from[0]!.at.slot;
    const slot = { tensor: `mean.${this.means.size}.${key}`, stride: width, col: 0, width };
    this.declare(slot.tensor, 'scratch', T * width);
    const tables = new CutTables();
    const holds = (_: string, t: number): boolean => from.every(({ run, at }) => at.holds(run, t));
    for (let t = 0; t < T; t++) {
      if (!holds('', t)) continue;
      const bySource = new Map<string, number[]>();
      for (const { run, at } of from)
        push(bySource, at.slot.tensor, at.rowOf(run, t) * at.slot.stride + at.slot.col);
      for (const [tensor, columns] of bySource) {
        const source = { tensor, key, stage: 0, role: 1, turn: 0, neuronsOf: null } as const;
        const list = tables.list([{ columns, weight: 1 / runs.length }]);
        tables.group(source).add(t * width, 0, list, 0);
      }
    }
    const terms = this.table(`${slot.tensor}.terms`, tables.terms);
    for (const [n, group] of tables.groups().entries())
      this.dispatchGroup(`${slot.tensor}.${n}`, group, terms, slot.tensor, width, n === 0);
    const mean: Cached = { slot, holds, rowOf: (_, t) => t };
    this.means.set(name, mean);
    return mean;
  }
}

/** The cuts of one receiver in one run; `column`: its first in a row of the site. */
interface OfReceiver {
  readonly sequence: number;
  readonly column: number;
  readonly edits: ResolvedEdit[];
}

function byReceiver(cuts: readonly CutHere[]): Iterable<OfReceiver> {
  const found = new Map<string, OfReceiver>();
  for (const { sequence, edit } of cuts) {
    const column = edit.spans[0]![0];
    const name = `${sequence}|${column}`;
    const here = found.get(name);
    if (here) here.edits.push(edit);
    else found.set(name, { sequence, column, edits: [edit] });
  }
  return found.values();
}
