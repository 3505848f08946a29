/**
 * Edits by site, in order. Variations of one run share its lists wherever they add nothing, so a
 * list identifies its contents.
 */
import type { Site } from '../../model/siteKinds';
import { type ResolvedEdit, type ResolvedRun, type Term, allEdits, runsOf } from '../request/resolved';
import type { Member } from './sweep';
import { cached } from '../../util/cached';

/** By the site's key. */
export type EditLists = ReadonlyMap<string, readonly ResolvedEdit[]>;

const ofRuns = new WeakMap<ResolvedRun, EditLists>();
const ofMembers = new WeakMap<Member, EditLists>();
const onlyCuts = new WeakMap<readonly ResolvedEdit[], boolean>();

/** All edits of a run. */
export function listsOf(run: ResolvedRun): EditLists {
  return cached(ofRuns, run, () => extended(run.base ? listsOf(run.base) : new Map(), run.own));
}

/** The edits that a member carries out. */
export function memberLists(member: Member): EditLists {
  return cached(ofMembers, member, () => {
    const { run, inherited, own } = member;
    if (inherited.length > 0) return extended(listsOf(run.base!), own);
    return own === allEdits(run) ? listsOf(run) : extended(new Map(), own);
  });
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
  return cached(onlyCuts, edits, () => edits.every(({ cut }) => cut));
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
  return cached(ofLists, edits, () => newReads(edits));
}

function newReads(edits: readonly ResolvedEdit[]): ListReads {
  const cuts = new Map<string, CutReads & { readonly terms: Term[]; readonly keys: Set<string> }>();
  for (const { cut, site, rows } of edits) {
    if (!cut) continue;
    const runs = runsOf(cut.source);
    const name = `${rows.join()}|${runs.join()}`;
    const { terms, keys } = cached(cuts, name, () => ({ site, rows, runs, terms: [], keys: new Set() }));
    for (const term of cut.terms) {
      if (keys.has(term.key)) continue;
      keys.add(term.key);
      terms.push(term);
    }
  }
  return { cuts: [...cuts.values()], others: edits.filter(({ cut }) => !cut) };
}
