/** Task sets that ship with the page: files sets/{name}.json below its address. */
import { ownServer } from './fetching';
import { fetchWhole } from './http';
import { quoted } from '../util/parse';

/** Their names. */
export const SHIPPED_SETS: readonly string[] = [
  'atlas-facts',
  'capitals',
  'two-hop',
  'reversal',
  'ioi',
  'greater-than',
  'planted-chain',
  'planted-induction',
  'planted-recall',
  'inverse-permutation',
];

/** The file's text. Rejects with an Error if the set does not exist. */
export async function fetchSet(appUrl: string | undefined, name: string): Promise<string> {
  if (appUrl === undefined) throw noSuchSet(name);
  const url = new URL(setPath(name), appUrl).href;
  const found = await fetchWhole({ url, name: `set ${name}`, server: ownServer(appUrl) });
  if (found === null) throw noSuchSet(name);
  return new TextDecoder().decode(found.bytes);
}

/** Path of a shipped set below the app. Throws an Error for an invalid name. */
export function setPath(name: string): string {
  if (!/^[\w-]+$/.test(name)) throw noSuchSet(name);
  return `sets/${name}.json`;
}

export function noSuchSet(name: string): Error {
  return new Error(
    `set: there is no such set, got ${quoted(name)}, expected the name of a shipped one. See docs/sets.md.`,
  );
}
