/**
 * Edits by site, in order. Variations of one run share its lists wherever they add nothing, so a
 * list identifies its contents.
 */
import type { Site } from '../../model/siteKinds';
import { type ResolvedEdit, type ResolvedRun, type Term, allEdits, cutRuns } from '../request/resolved';
import type { Member } from './sweep';

/** By the site's key. */
export type EditLists = ReadonlyMap<string, readonly ResolvedEdit[]>;

const ofRuns = new WeakMap<ResolvedRun, EditLists>();
const ofMembers = new WeakMap<Member, EditLists>();
const onlyCuts = new WeakMap<readonly ResolvedEdit[], boolean>();

/** All edits of a run. */
export function listsOf(run: ResolvedRun): EditLists {
  const known = ofRuns.get(run);
  if (known) return known;
  const lists = extended(run.base ? listsOf(run.base) : new Map(), run.own);
  ofRuns.set(run, lists);
  return lists;
}

/** The edits that a member carries out. */
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

/** What cuts of the same rows into a site read: each sender's tensor once, and earlier runs'. */
export interface CutReads {
  readonly site: Site;
  readonly rows: readonly number[];
  readonly runs: readonly string[];
  readonly terms: readonly Term[];
}

interface ListReads {
  readonly cuts: readonly CutReads[];
  readonly others: readonly ResolvedEdit[];
}

const ofLists = new WeakMap<readonly ResolvedEdit[], ListReads>();

export function readsOf(edits: readonly ResolvedEdit[]): ListReads {
  const known = ofLists.get(edits);
  if (known) return known;
  const others = edits.filter(({ cut }) => !cut);
  const cuts = new Map<string, CutReads & { readonly terms: Term[]; readonly keys: Set<string> }>();
  for (const { cut, site, rows } of edits) {
    if (!cut) continue;
    const runs = cutRuns(cut);
    const name = `${rows.join()}|${runs.join()}`;
    const read = cuts.get(name) ?? { site, rows, runs, terms: [], keys: new Set<string>() };
    cuts.set(name, read);
    addTerms(read, cut.terms);
  }
  const reads = { cuts: [...cuts.values()], others };
  ofLists.set(edits, reads);
  return reads;
}

function addTerms(
  { terms, keys }: { readonly terms: Term[]; readonly keys: Set<string> },
  more: readonly Term[],
): void {
  for (let i = 0; i < more.length; i++) {
    if (keys.has(more[i]!.key)) continue;
    keys.add(more[i]!.key);
    terms.push(more[i]!);
  }
}
