/** Writers and readers of each site of a sweep. A caller that finds none may fuse the site away. */
import { push } from '../../util/lists';
import type { ResolvedEdit } from '../request/resolved';
import type { Sweep } from '../plan/sweep';
import { isOnlyCuts, memberLists } from '../plan/editLists';
import type { CallbackHere, CaptureHere, Ctx, CutsHere, EditHere, Sites } from './context';
import { isKept } from './keep';

export function sitesOf({ members }: Sweep): Sites {
  const edits = new Map<string, EditHere[]>();
  const cuts = new Map<string, CutsHere[]>();
  const callbacks = new Map<string, CallbackHere[]>();
  const captures = new Map<string, CaptureHere[]>();
  for (const member of members) {
    const own = new Set(member.own);
    for (const [key, list] of memberLists(member)) {
      if (isOnlyCuts(list)) push(cuts, key, { member, cuts: list });
      else for (const edit of list) push(edits, key, { member, edit, inherited: !own.has(edit) });
    }
    for (const one of member.run.captures) push(captures, one.key, { member, capture: one });
    for (const callback of member.run.callbacks) push(callbacks, callback.key, { member, callback });
  }
  return { edits, cuts, callbacks, captures };
}

export function isWritten({ sites }: Ctx, key: string): boolean {
  return sites.edits.has(key) || sites.cuts.has(key) || sites.callbacks.has(key);
}

export function hasEdit({ sites }: Ctx, key: string, test: (edit: ResolvedEdit) => boolean): boolean {
  return sites.edits.get(key)?.some(({ edit }) => test(edit)) ?? false;
}

export function isTouched(ctx: Ctx, key: string): boolean {
  return isWritten(ctx, key) || ctx.sites.captures.has(key) || isKept(ctx, key);
}

/** Whether a site only has cuts: nothing reads it, and no other edit writes it. */
export function isOnlyCut(ctx: Ctx, key: string): boolean {
  const { edits, cuts, callbacks, captures } = ctx.sites;
  const isSeen = callbacks.has(key) || captures.has(key) || isKept(ctx, key);
  return !isSeen && !edits.has(key) && cuts.has(key);
}
