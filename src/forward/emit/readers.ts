/** Who reads something else: the rows of one site that have the same cuts. */
import { push } from '../../util/lists';
import type { Member } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolveEdits';
import { READER_WORDS } from '../../gpu/kernels/cuts';
import { type Ctx, type EditHere, table } from './context';
import type { Turn } from './cutPlan';
import { samplesOf } from './rows';

/** Positions of a member at which every head has the same cuts. */
export interface Reader {
  readonly member: Member;
  /** Of those that are here. */
  readonly positions: readonly number[];
  /** By head. */
  readonly cuts: readonly (readonly ResolvedEdit[])[];
}

export const rowsIn = (readers: readonly Reader[]): number =>
  readers.reduce((sum, { member, positions }) => sum + samplesOf(member) * positions.length, 0);

/** The readers at a site, whose cuts are `here`; `headOf`: the head into which a cut leads. */
export function readersOf(
  ctx: Ctx,
  here: readonly EditHere[],
  heads: number,
  headOf: (edit: ResolvedEdit) => number,
): Reader[] {
  const byMember = new Map<Member, ResolvedEdit[]>();
  for (const { member, edit } of here) push(byMember, member, edit);
  const readers: Reader[] = [];
  for (const [member, edits] of byMember) {
    for (const { positions, edits: own } of alike(ctx, member, edits)) {
      const cuts = Array.from({ length: heads }, (): ResolvedEdit[] => []);
      for (const edit of own) cuts[headOf(edit)]!.push(edit);
      readers.push({ member, positions, cuts });
    }
  }
  return readers;
}

interface Alike {
  readonly positions: number[];
  readonly edits: readonly ResolvedEdit[];
}

/** Positions that are here, together where the same edits apply. */
function alike({ rows }: Ctx, { index }: Member, edits: readonly ResolvedEdit[]): Alike[] {
  const isHere = (t: number): boolean => rows.first(index, t) >= 0;
  const all = edits[0]!.rows;
  if (edits.every((edit) => edit.rows === all)) {
    const positions = all.filter(isHere);
    return positions.length > 0 ? [{ positions, edits }] : [];
  }
  const cutsAt = new Map<number, number[]>();
  for (const [i, { rows: positions }] of edits.entries())
    for (const t of positions) if (isHere(t)) push(cutsAt, t, i);
  const found = new Map<string, Alike>();
  for (const [t, cuts] of cutsAt) {
    const name = cuts.join();
    const known = found.get(name);
    if (known) known.positions.push(t);
    else found.set(name, { positions: [t], edits: cuts.map((i) => edits[i]!) });
  }
  return [...found.values()];
}

/**
 * The table of the readers' rows, as `cut` reads it: sites with the same rows share it. `isApart`: the rows of x are
 * entries of the table, and not rows of the stream.
 */
export function readerTable(ctx: Ctx, turn: Turn, readers: readonly Reader[], isApart: boolean): string {
  const { rows } = ctx;
  const who = readers.map(({ member, positions }) => `${member.index}:${positions.join()}`).join(';');
  const name = `readers.${turn.index}.${rows.table}.${rows.count}.${isApart ? 'apart' : 'in place'}.${who}`;
  return table(ctx, name, () => readerWords(ctx, turn, readers, isApart));
}

function readerWords(
  { rows, cuts }: Ctx,
  { bases, baseRows }: Turn,
  readers: readonly Reader[],
  isApart: boolean,
): Uint32Array {
  const out = new Uint32Array(READER_WORDS * rowsIn(readers));
  const lasting = cuts!.rows;
  let [entry, at] = [0, 0];
  for (const [r, { member, positions }] of readers.entries()) {
    const m = member.index;
    const base = bases[m] ?? { first: 0, step: 0 };
    for (let s = 0; s < samplesOf(member); s++)
      for (const t of positions) {
        const row = rows.first(m, t) + s * rows.step(m, t);
        out[at++] = isApart ? entry : row;
        out[at++] = row;
        out[at++] = r;
        out[at++] = baseRows + lasting.first(m, t) + s * lasting.step(m, t);
        out[at++] = base.first + s * base.step + t;
        entry++;
      }
  }
  return out;
}
