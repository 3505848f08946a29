/** Task sets that come with the page: files sets/{name}.json below its address. */
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

/** The file's text. Rejects with one sentence if there is no such set. */
export async function fetchSet(appUrl: string | undefined, name: string): Promise<string> {
  if (appUrl === undefined) throw noSuchSet(name);
  const response = await fetch(new URL(setPath(name), appUrl)).catch((error: unknown) => {
    throw new Error(`set ${name}: could not be fetched (${(error as Error).message}). Try again.`);
  });
  // A server of single-page apps answers with its page where there is no file.
  if (!response.ok || response.headers.get('content-type')?.includes('html')) throw noSuchSet(name);
  return response.text();
}

/** Where a shipped set lies below the app. Throws one sentence for what cannot be a set's name. */
export function setPath(name: string): string {
  if (!/^[\w-]+$/.test(name)) throw noSuchSet(name);
  return `sets/${name}.json`;
}

export function noSuchSet(name: string): Error {
  return new Error(
    `set: there is no such set, got ${quoted(name)}, expected the name of a shipped one. See docs/sets.md.`,
  );
}
