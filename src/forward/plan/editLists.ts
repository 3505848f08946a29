/** Edits by site, in order. Variations of one run share its lists wherever they add nothing, so that a list is a name. */
import { type ResolvedRun, allEdits, type ResolvedEdit } from '../request/resolved';
import type { Member } from './sweep';

/** By the key of the site. */
export type EditLists = ReadonlyMap<string, readonly ResolvedEdit[]>;

const ofRuns = new WeakMap<ResolvedRun, EditLists>();
const ofMembers = new WeakMap<Member, EditLists>();
const onlyCuts = new WeakMap<readonly ResolvedEdit[], boolean>();

/** Of all edits of a run. */
export function listsOf(run: ResolvedRun): EditLists {
  const known = ofRuns.get(run);
  if (known) return known;
  const lists = extended(run.base ? listsOf(run.base) : new Map(), run.own);
  ofRuns.set(run, lists);
  return lists;
}

/** Of the edits that a member carries out. */
export function memberLists(member: Member): EditLists {
  const known = ofMembers.get(member);
  if (known) return known;
  const { run, inherited, own } = member;
  const isWhole = inherited.length === 0 && own === allEdits(run);
  const before = inherited.length === 0 ? new Map() : listsOf(run.base!);
  const lists = isWhole ? listsOf(run) : extended(before, own);
  ofMembers.set(member, lists);
  return lists;
}

function extended(base: EditLists, own: readonly ResolvedEdit[]): EditLists {
  if (own.length === 0) return base;
  const added = new Map<string, ResolvedEdit[]>();
  for (const edit of own) {
    const list = added.get(edit.key);
    if (list) list.push(edit);
    else added.set(edit.key, [...(base.get(edit.key) ?? []), edit]);
  }
  return new Map([...base, ...added]);
}

export function isOnlyCuts(edits: readonly ResolvedEdit[]): boolean {
  const known = onlyCuts.get(edits) ?? edits.every(({ cut }) => cut);
  onlyCuts.set(edits, known);
  return known;
}
