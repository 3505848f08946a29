/**
 * The shared state of a backward pass as steps, and what happens when a gradient is complete.
 *
 * Every file here mirrors the one of its name in the folder above, and in `reference/backward`. Where
 * the forward pass calls `touch(site)`, the backward pass calls `at(site)`. Gradients are scratch
 * tensors named 'g...', with a row per row of the sweep; a function changes the one that it is given,
 * unless it says otherwise. What the forward pass left is in `ctx.kept` (`keeps.ts`).
 *
 * Gradients of weights (dW = X^T dY, summed over rows) would need X as well: a kept site, or one product
 * away from it.
 */
import { push } from '../../../util/lists';
import { range } from '../../../util/range';
import { allEdits, type ResolvedEdit } from '../../request/resolved';
import type { Member } from '../../plan/sweep';
import { type CaptureHere, type Columns, type Ctx, copyRows, scratch, table } from '../context';
import type { Slot } from '../slots';
import { beforeKey } from './keeps';

export interface MemberEdit {
  readonly member: Member;
  readonly edit: ResolvedEdit;
}

export interface Back {
  readonly ctx: Ctx;
  readonly frozen: { readonly norm: boolean; readonly pattern: boolean };
  /** By key: who asked for the gradient, and what was edited. */
  readonly asked: ReadonlyMap<string, readonly CaptureHere[]>;
  readonly edits: ReadonlyMap<string, readonly MemberEdit[]>;
  /** Gradient that reaches a tensor past the model's own path, by key: from seeds and cuts. */
  readonly arrived: Map<string, Slot>;
}

export function openBack(ctx: Ctx): Back {
  const asked = new Map<string, CaptureHere[]>();
  const edits = new Map<string, MemberEdit[]>();
  for (const member of ctx.sweep.members) {
    for (const capture of member.run.gradients!.of)
      push(asked, capture.key, { member, capture, isGradient: true });
    for (const edit of allEdits(member.run)) push(edits, edit.key, { member, edit });
  }
  const { frozen } = ctx.sweep.members[0]!.run.gradients!;
  return { ctx, frozen, asked, edits, arrived: new Map() };
}

/** What later parts of the model read of a site. */
export function kept({ ctx }: Pick<Back, 'ctx'>, key: string): Slot {
  const found = ctx.kept.get(key);
  if (!found) throw new Error(`internal: the backward pass reads ${key}, which was not kept.`);
  return found.slot;
}

/** A site as computed, before its edits. */
export const keptBefore = (back: Back, key: string): Slot =>
  back.ctx.kept.get(beforeKey(key))?.slot ?? kept(back, key);

/** Whether a run asks for the gradient of a copy, edits it, or sends gradient to it. */
export const isUsed = ({ asked, edits, arrived }: Back, key: string): boolean =>
  asked.has(key) || edits.has(key) || arrived.has(key);

/** A table of all current rows, in order. */
export function allRows({ rows }: Ctx) {
  return {
    name: `all.${rows.count}`,
    rows: rows.count,
    table: () => Uint32Array.from(range(0, rows.count)),
    first: 0,
  };
}

/** to += from, `width` columns of all rows. */
export function addTo(ctx: Ctx, label: string, from: Columns, to: Columns, width: number): void {
  copyRows(ctx, label, { ...allRows(ctx), weight: 1 }, [from, to], width);
}

/** Sets `width` columns of `rows` rows to 0. */
export function clear(ctx: Ctx, to: Columns, width: number, rows = ctx.rows.count): void {
  const zeros = table(ctx, `zeros.${width}`, () => new Float32Array(width));
  const by = { name: `zero.${rows}`, rows, table: () => new Uint32Array(rows), first: 0 };
  copyRows(ctx, `clear ${to.tensor}`, by, [{ tensor: zeros, stride: 0, col: 0 }, to], width);
}

/** A tensor of gradients, `width` columns per row of the sweep. */
export const gradient = (ctx: Ctx, id: string, width: number): string => scratch(ctx, `g.${id}`, width);
