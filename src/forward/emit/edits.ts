/** Edits of one site as steps, in the order of each run's table. */
import { push } from '../../util/lists';
import type { Member } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolved';
import {
  type Ctx,
  copyWhole,
  declare,
  dispatch,
  scratch,
  table,
  type CutsHere,
  type EditHere,
  type TouchOptions,
} from './context';
import type { Slot } from './slots';
import { applyCuts } from './cuts';
import { type EditTable, buildEditTables, editRounds } from './editTables';
import type { EditTarget } from './editTarget';
import { readersOf } from './readers';
import { samplesOf } from './rows';
import { cellsOf, sourceCells } from './sources';

export function applyEdits(ctx: Ctx, key: string, slot: Slot, options: TouchOptions): void {
  const [cuts, edits] = [ctx.sites.cuts.get(key), ctx.sites.edits.get(key)];
  if (!cuts && !edits) return;
  let tables = 0;
  const [first = [], ...phases] = phasesOf(edits ?? []);
  cutInPlace(ctx, `${key}.0`, slot, [...(cuts ?? []), ...together(first)]);
  for (const [i, phase] of phases.entries()) {
    if (i % 2 === 1) cutInPlace(ctx, `${key}.${i + 1}`, slot, together(phase));
    else {
      const built = buildEditTables(targetsOf(ctx, slot, phase, options));
      for (const one of built) {
        const name = `${key}.${tables++}`;
        keepBefore(ctx, name, slot, one);
        applyTable(ctx, name, { key, slot, table: one, options });
      }
    }
  }
}

/** For a backward pass, keeps the tensor as it is before edits whose derivative depends on it. */
function keepBefore(ctx: Ctx, name: string, { tensor, stride }: Slot, { edits }: EditTable): void {
  const nonlinear = edits.filter(({ op }) => op === 'clamp' || op === 'reversed' || op === 'shuffled');
  if (!ctx.before || nonlinear.length === 0) return;
  const id = declare(ctx, `before.${ctx.sweep.index}.${name}`, 'cache', ctx.rows.count * stride);
  copyWhole(ctx, `keep before ${name}`, tensor, id, stride);
  for (const edit of nonlinear) ctx.before.set(edit as ResolvedEdit, id);
}

/** Cuts at a site with D columns per head, or one such head. */
function cutInPlace(
  ctx: Ctx,
  name: string,
  { tensor, stride, width }: Slot,
  here: readonly CutsHere[],
): void {
  if (here.length === 0) return;
  const D = ctx.spec.dModel;
  const heads = width / D;
  const readers = readersOf(ctx, here, heads, ({ spans }) => spans[0]![0] / D);
  if (readers.rows > 0)
    applyCuts(ctx, { name, tensor, heads, row: stride, head: D, isApart: false }, readers);
}

/** The cuts of each member as one list. */
function together(edits: readonly EditHere[]): CutsHere[] {
  const byMember = new Map<Member, ResolvedEdit[]>();
  for (const { member, edit } of edits) push(byMember, member, edit);
  return [...byMember].map(([member, cuts]) => ({ member, cuts }));
}

/** Splits edits into phases: cuts, which add up, in even ones, other edits in odd ones. */
function phasesOf(edits: readonly EditHere[]): EditHere[][] {
  const phases: EditHere[][] = [];
  const reached = new Map<Member, number>();
  for (const here of edits) {
    const kind = here.edit.cut ? 0 : 1;
    const before = reached.get(here.member) ?? kind;
    const phase = before % 2 === kind ? before : before + 1;
    reached.set(here.member, phase);
    while (phases.length <= phase) phases.push([]);
    phases[phase]!.push(here);
  }
  return phases;
}

/** The current rows of these edits, and the location of their values. */
function targetsOf(
  ctx: Ctx,
  slot: Slot,
  edits: readonly EditHere[],
  { entering, beside }: TouchOptions,
): EditTarget[] {
  const targets: EditTarget[] = [];
  const byMember = new Map<Member, EditHere[]>();
  for (const here of edits) push(byMember, here.member, here);
  for (const [member, list] of byMember) {
    const rounds = editRounds(list.map(({ edit }) => edit));
    for (const [i, { edit, inherited }] of list.entries()) {
      for (const [rowIndex, t] of edit.rows.entries()) {
        const first = ctx.rows.first(member.index, t);
        // A row that enters with this pair already contains its base's edits.
        if (first < 0 || (inherited && member.base && member.entry[t] === entering)) continue;
        const x = cellsOf(edit, slot, { first, step: ctx.rows.step(member.index, t) });
        const source =
          edit.source?.kind === 'unmasked'
            ? { tensor: beside!, ...x }
            : sourceCells(ctx, member, edit, rowIndex);
        const samples = samplesOf(member);
        targets.push({ edit, rowIndex, samples, sample: member.begin, x, source, round: rounds[i]! });
      }
    }
  }
  return targets;
}

interface Application {
  readonly key: string;
  readonly slot: Slot;
  readonly table: EditTable;
  readonly options: TouchOptions;
}

function applyTable(ctx: Ctx, name: string, { key, slot, table: edits, options }: Application): void {
  const entries = table(ctx, `edit.${name}`, () => edits.entries);
  const x = slot.tensor;
  const shape = { row0: 0, rows: edits.count };
  if (edits.kernel === 'rewrite') {
    const before = scratch(ctx, 'pattern_before', slot.stride);
    copyWhole(ctx, `copy ${key}`, slot.tensor, before, slot.stride);
    const buffers = [entries, options.beside!, before, x];
    dispatch(ctx, 'rewrite', { label: `rewrite ${key}`, buffers, params: { ...shape, T: edits.maxCols } });
    return;
  }
  const params = { ...shape, maxCols: edits.maxCols };
  if (edits.kernel === 'snippet') {
    const snippet = edits.code!;
    dispatch(ctx, 'snippet', { label: `snippet ${key}`, buffers: [entries, x], params, snippet });
    return;
  }
  const values = table(ctx, `edit.${name}.values`, () => edits.values);
  const buffers = [entries, values, edits.source ?? values, x];
  const what = { label: `edit ${key}`, buffers };
  if (edits.kernel === 'project') dispatch(ctx, 'project', { ...what, params });
  else dispatch(ctx, 'edit', { ...what, params: { ...params, samples: edits.maxSamples } });
}
