/**
 * Cut edges as steps, for many graphs at once: subtracts the cut senders' deltas from a receiver's
 * complete input. A bit mask per receiver and set of cuts selects the senders; a few tensors hold
 * the deltas.
 */
import type { ResolvedEdit } from '../request/resolved';
import { type Ctx, dispatch, dispatchWeighted, table, unread } from './context';
import type { DeltaTensor, Turn } from './cutTurns';
import type { CutRecord, CutRecords } from './cutRecords';
import { baseDeltas } from './deltas';
import { chunksOf } from './products';
import { type ReaderKind, type Readers, readerTable } from './readers';

/** The input to cut: head h of row r has D columns, from element r * row + h * head on. */
export interface CutInput {
  /** Names its tables. */
  readonly name: string;
  readonly tensor: string;
  readonly heads: number;
  readonly row: number;
  readonly head: number;
  /**
   * Whether its rows are the readers' rows in sequence, initialised from the stream; otherwise they
   * are the sweep's.
   */
  readonly isApart: boolean;
}

/** What one dispatch subtracts: at most one record for each kind of readers and head. */
interface Pass {
  readonly name: string;
  readonly turn: Turn;
  readonly records: CutRecords;
  /** Indices of records, [kinds, heads]. */
  readonly found: Uint32Array;
  /** By site: how many (row, sender) pairs are read, and whether rows entered after it was made. */
  readonly work: Float64Array;
  readonly isLate: Uint8Array;
  /** The neurons' deltas; null: those of all other senders. */
  readonly neurons: DeltaTensor | null;
}

/** Applies all cuts of an input. Returns the id of a table [kinds, heads], 0 without a cut. */
export function applyCuts(ctx: Ctx, x: CutInput, readers: Readers): string {
  const passes = ctx.cuts!.turns.flatMap((turn) => passesOf(ctx, turn, x, readers));
  for (const [n, pass] of passes.entries()) {
    if (pass.neurons) cutNeurons(ctx, x, readers, pass, pass.neurons);
    else cutSenders(ctx, x, readers, pass, n === 0 && x.isApart);
  }
  if (passes.length === 1) return setsOf(ctx, passes[0]!);
  const isCut = readers.kinds.flatMap(({ cuts }) => cuts.map((own) => Number(own.length > 0)));
  return table(ctx, `sets.${x.name}`, () => Uint32Array.from(isCut));
}

function passesOf(ctx: Ctx, turn: Turn, x: CutInput, readers: Readers): Pass[] {
  return [null, ...turn.neurons].flatMap((neurons): Pass[] => {
    const { records } = neurons ?? turn;
    const passes: Pass[] = [];
    const open = (n: number): Pass => {
      const name = `${x.name}.${neurons ? neurons.id : turn.index}.${n}`;
      const { length } = records.stages;
      const [work, isLate] = [new Float64Array(length), new Uint8Array(length)];
      const found = new Uint32Array(readers.kinds.length * x.heads);
      passes[n] = { name, turn, records, neurons, found, work, isLate };
      return passes[n];
    };
    for (const [k, kind] of readers.kinds.entries())
      for (let h = 0; h < x.heads; h++) {
        const found = records.of(editsOfTurn(ctx, turn, kind, h));
        for (let n = 0; n < found.length; n++)
          if (!neurons || found[n]!.counts[0]! > 0)
            put(passes[n] ?? open(n), kind, k * x.heads + h, found[n]!);
      }
    return passes.filter((pass) => pass);
  });
}

function editsOfTurn(
  { cuts }: Ctx,
  turn: Turn,
  { member, cuts: byHead }: ReaderKind,
  h: number,
): readonly ResolvedEdit[] {
  if (cuts!.turns.length === 1) return byHead[h]!;
  return byHead[h]!.filter((edit) => cuts!.turnOf(member, edit) === turn.index);
}

/** Puts a record into its cell and counts what it reads from each site. */
function put(
  { found, work, isLate, records }: Pass,
  { rows, entry }: ReaderKind,
  cell: number,
  record: CutRecord,
): void {
  found[cell] = record.index;
  for (let i = 0; i < work.length; i++) {
    const cut = record.counts[i]!;
    if (cut === 0) continue;
    work[i]! += rows * cut;
    if (entry > records.stages[i]!) isLate[i] = 1;
  }
}

const setsOf = (ctx: Ctx, { name, found }: Pass): string => table(ctx, `sets.${name}`, () => found);

function cutSenders(ctx: Ctx, x: CutInput, readers: Readers, pass: Pass, isFresh: boolean): void {
  const D = ctx.spec.dModel;
  const { turn, records } = pass;
  const used = turn.tensors.flatMap((tensor) => {
    const work = readDeltas(ctx, pass, tensor);
    return work > 0 ? [{ tensor, work }] : [];
  });
  const tables = [readerTable(ctx, turn, readers, x.isApart), setsOf(ctx, pass), `table.${records.table}`];
  const shape = { row0: 0, rows: readers.rows, D, heads: x.heads, xRow: x.row, xHead: x.head };
  // If only constants are added, no sender is read.
  for (const [n, one] of (used.length > 0 ? used : [null]).entries()) {
    const isFirst = n === 0;
    dispatch(ctx, 'cut', {
      label: `cut ${x.name}`,
      buffers: [
        ...tables,
        one ? countsOf(ctx, turn, one.tensor) : unread(ctx),
        one ? one.tensor.id : unread(ctx),
        isFresh && isFirst ? ctx.resid : unread(ctx),
        x.tensor,
      ],
      params: {
        ...shape,
        first: one?.tensor.first ?? 0,
        senders: one?.tensor.senders ?? 0,
        words: records.bitWords,
        fresh: Number(isFresh && isFirst),
        constants: Number(isFirst),
      },
      flops: 2 * D * (one?.work ?? 0),
    });
  }
}

/** For each sender, how many of the sweep's own rows have deltas. */
function countsOf(ctx: Ctx, turn: Turn, { id, sites }: DeltaTensor): string {
  const counts = () =>
    sites.flatMap(({ stage, count }) =>
      new Array<number>(count).fill(turn.baseRows + ctx.cuts!.countAt[stage]!),
    );
  return table(ctx, `counts.${id}`, () => Uint32Array.from(counts()));
}

function cutNeurons(ctx: Ctx, x: CutInput, readers: Readers, pass: Pass, tensor: DeltaTensor): void {
  const { dModel: D, dMlp: M, orientation } = ctx.spec;
  const { turn, records } = pass;
  const [site] = tensor.sites;
  const work = readDeltas(ctx, pass, tensor);
  const W = `blocks.${site!.neuronsOf}.mlp.W_out`;
  const isInOut = orientation === 'in-out';
  const chunks = isInOut ? [{ tensor: W, first: 0, rows: D }] : chunksOf(ctx, W, D, M);
  const strides = isInOut ? { wNeuron: D, wCol: 1 } : { wNeuron: 1, wCol: M };
  const tables = [readerTable(ctx, turn, readers, x.isApart), setsOf(ctx, pass), `table.${records.table}`];
  for (const { tensor: w, first, rows: columns } of chunks)
    dispatchWeighted(ctx, 'cut_neurons', {
      label: `cut ${x.name}`,
      buffers: [...tables, tensor.id, w, x.tensor],
      params: {
        row0: 0,
        rows: readers.rows,
        D: columns,
        heads: x.heads,
        xRow: x.row,
        xHead: x.head,
        M,
        words: records.bitWords,
        count: turn.baseRows + ctx.cuts!.countAt[site!.stage]!,
        first,
        ...strides,
        scale: ctx.spec.residScale,
      },
      flops: 4 * columns * work,
    });
}

/** How many (row, sender) pairs of this tensor are read; makes missing deltas of base rows. */
function readDeltas(ctx: Ctx, { turn, work, isLate }: Pass, tensor: DeltaTensor): number {
  let sum = 0;
  for (const site of tensor.sites) {
    sum += work[site.index]!;
    if (isLate[site.index]) baseDeltas(ctx, turn, site);
  }
  return sum;
}
