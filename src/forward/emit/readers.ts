/**
 * The rows of an input whose senders are cut, grouped by kind: what is cut from each head. Rows of
 * several variations of one run that change nothing there share a kind.
 */
import { READER_WORDS } from '../../gpu/kernels/cuts';
import { maxOf, push } from '../../util/lists';
import type { Member } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolved';
import { type Ctx, type CutsHere, table } from './context';
import type { Turn } from './cutTurns';
import { samplesOf } from './rows';
import { cached } from '../../util/cached';

/** Those present positions of a member at which every head has the same cuts. */
interface Reader {
  readonly member: Member;
  readonly positions: readonly number[];
  readonly kind: number;
}

export interface ReaderKind {
  /** One member that reads them. */
  readonly member: Member;
  /** By head. */
  readonly cuts: readonly (readonly ResolvedEdit[])[];
  /** Number of rows, and the last stage at which one of them entered. */
  rows: number;
  entry: number;
}

export interface Readers {
  readonly all: readonly Reader[];
  readonly kinds: readonly ReaderKind[];
  readonly rows: number;
  /** Names them: inputs with the same readers of the same kinds have the same rows. */
  readonly name: string;
}

/** The head that a cut leads to if it belongs to the input; otherwise a number out of range. */
export type HeadOf = (edit: ResolvedEdit) => number;

/** The readers of an input with cuts `here`; a member may occur several times. */
export function readersOf(ctx: Ctx, here: readonly CutsHere[], heads: number, headOf: HeadOf): Readers {
  const byMember = new Map<Member, (readonly ResolvedEdit[])[]>();
  for (const { member, cuts } of here) push(byMember, member, cuts);
  const all: Reader[] = [];
  const kinds: ReaderKind[] = [];
  const known = new Map<string, { readonly kind: number; readonly rows: readonly number[] | null } | null>();
  const leading = (lists: readonly (readonly ResolvedEdit[])[]) =>
    lists.flat().filter((edit) => headOf(edit) >= 0 && headOf(edit) < heads);
  const add = (member: Member, cuts: readonly ResolvedEdit[]): number => {
    const byHead = Array.from({ length: heads }, (): ResolvedEdit[] => []);
    for (const edit of cuts) byHead[headOf(edit)]?.push(edit);
    return kinds.push({ member, cuts: byHead, rows: 0, entry: 0 }) - 1;
  };
  const read = (member: Member, kind: number, positions: readonly number[]): void => {
    if (positions.length === 0) return;
    all.push({ member, positions, kind });
    const of = kinds[kind]!;
    of.rows += samplesOf(member) * positions.length;
    of.entry = Math.max(of.entry, maxOf(positions.map((t) => member.entry[t]!)));
  };
  for (const [member, lists] of byMember) {
    const name = `${ctx.cuts!.orderOf(member)}|${lists.map((list) => ctx.cuts!.numberOf(list)).join()}`;
    let found = known.get(name);
    if (found === undefined) {
      const cuts = leading(lists);
      const rows = cuts[0]?.rows;
      // Cuts that differ by position need kinds for this member alone.
      if (cuts.length === 0) found = null;
      else if (cuts.some((edit) => edit.rows !== rows)) found = { kind: -1, rows: null };
      else found = { kind: add(member, cuts), rows: rows! };
      known.set(name, found);
    }
    if (!found) continue;
    if (found.rows) read(member, found.kind, present(ctx, member, found.rows));
    else
      for (const { positions, edits } of apart(leading(lists)))
        read(member, add(member, edits), present(ctx, member, positions));
  }
  const name = all
    .map(({ member, positions, kind }) => `${member.index}.${kind}.${ctx.cuts!.numberOf(positions)}`)
    .join();
  return { all, kinds, rows: kinds.reduce((sum, { rows }) => sum + rows, 0), name };
}

function present({ rows }: Ctx, { index }: Member, positions: readonly number[]): readonly number[] {
  return positions.every((t) => rows.first(index, t) >= 0)
    ? positions
    : positions.filter((t) => rows.first(index, t) >= 0);
}

/** Groups positions at which the same edits apply. */
function apart(edits: readonly ResolvedEdit[]) {
  const cutsAt = new Map<number, number[]>();
  for (const [i, { rows }] of edits.entries()) for (const t of rows) push(cutsAt, t, i);
  const found = new Map<string, { readonly positions: number[]; readonly edits: readonly ResolvedEdit[] }>();
  for (const [t, cuts] of cutsAt) {
    const same = cached(found, cuts.join(), () => ({ positions: [], edits: cuts.map((i) => edits[i]!) }));
    same.positions.push(t);
  }
  return found.values();
}

/**
 * The table of the readers' rows for `cut`; inputs with the same rows share it. `isApart`: the rows
 * of x are entries of the table, not rows of the stream.
 */
export function readerTable(ctx: Ctx, turn: Turn, readers: Readers, isApart: boolean): string {
  const { rows } = ctx;
  const where = `${rows.table}.${rows.count}.${isApart ? 'apart' : 'in place'}`;
  const name = `readers.${turn.index}.${where}.${readers.name}`;
  return table(ctx, name, () => readerWords(ctx, turn, readers, isApart));
}

function readerWords(
  { rows, cuts }: Ctx,
  { bases, baseRows }: Turn,
  readers: Readers,
  isApart: boolean,
): Uint32Array {
  const out = new Uint32Array(READER_WORDS * readers.rows);
  const lasting = cuts!.rows;
  let at = 0;
  for (const { member, positions, kind } of readers.all) {
    const m = member.index;
    const base = bases[m] ?? { first: 0, step: 0 };
    for (let s = 0; s < samplesOf(member); s++)
      for (const t of positions) {
        const row = rows.first(m, t) + s * rows.step(m, t);
        out[at] = isApart ? at / READER_WORDS : row;
        out[at + 1] = row;
        out[at + 2] = kind;
        out[at + 3] = baseRows + lasting.first(m, t) + s * lasting.step(m, t);
        out[at + 4] = base.first + s * base.step + t;
        at += READER_WORDS;
      }
  }
  return out;
}
