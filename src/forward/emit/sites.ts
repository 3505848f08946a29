/** Who writes and reads each site of a sweep. What nobody reads or writes is fused away by whoever asks here first. */
import { push } from '../../util/lists';
import type { ResolvedEdit } from '../request/resolveEdits';
import type { Sweep } from '../plan/sweep';
import type { CallbackHere, CaptureHere, Ctx, EditHere, Sites } from './context';
import { isKept } from './keep';

export function sitesOf({ members }: Sweep): Sites {
  const edits = new Map<string, EditHere[]>();
  const callbacks = new Map<string, CallbackHere[]>();
  const captures = new Map<string, CaptureHere[]>();
  for (const member of members) {
    for (const edit of member.inherited) push(edits, edit.key, { member, edit, inherited: true });
    for (const edit of member.own) push(edits, edit.key, { member, edit, inherited: false });
    for (const one of member.run.captures) push(captures, one.key, { member, capture: one });
    for (const callback of member.run.callbacks) push(callbacks, callback.key, { member, callback });
  }
  return { edits, callbacks, captures };
}

export function isWritten({ sites }: Ctx, key: string): boolean {
  return sites.edits.has(key) || sites.callbacks.has(key);
}

export function hasEdit({ sites }: Ctx, key: string, test: (edit: ResolvedEdit) => boolean): boolean {
  return sites.edits.get(key)?.some(({ edit }) => test(edit)) ?? false;
}

export function isTouched(ctx: Ctx, key: string): boolean {
  return isWritten(ctx, key) || ctx.sites.captures.has(key) || isKept(ctx, key);
}

/** Whether cuts are all that happens at a site: nothing reads it, and no other edit writes it. */
export function isOnlyCut(ctx: Ctx, key: string): boolean {
  const { edits, callbacks, captures } = ctx.sites;
  const isSeen = callbacks.has(key) || captures.has(key) || isKept(ctx, key);
  return !isSeen && (edits.get(key)?.every(({ edit }) => edit.cut) ?? false);
}
