/** Combines several self-contained lists of runs in one request. */
import { cached } from '../../util/cached';
import type { RunResult } from './contract';
import { type Rename, renamedRun, renamedSource } from './renamed';
import type { Cut, Edit, Run } from './types';

/** The same runs with `prefix` before every run id, wherever it occurs. */
export function prefixRuns(runs: readonly Run[], prefix: string): Run[] {
  const rename: Rename = (id) => prefix + id;
  const edits = (list: readonly Edit[]) =>
    cached(cached(prefixedEdits, list, newMap<readonly Edit[]>), prefix, () =>
      list.map((edit) => renamedSource(edit, rename)),
    );
  const cut = (one: Cut) =>
    cached(cached(prefixedCuts, one, newMap<Cut>), prefix, () => renamedSource(one, rename));
  return runs.map((run) => renamedRun(run, rename, { edits, cut }));
}

/** Runs often share a list of edits. Each list is copied once, so that sharing is preserved. */
const prefixedEdits = new WeakMap<readonly Edit[], Map<string, readonly Edit[]>>();
/** Likewise for cuts. */
const prefixedCuts = new WeakMap<Cut, Map<string, Cut>>();

const newMap = <T>() => new Map<string, T>();

/** Groups results by prefix ('12/'), under their own ids, in one pass. */
export function splitByPrefix(
  results: Readonly<Record<string, RunResult>>,
): Map<string, Record<string, RunResult>> {
  const cases = new Map<string, Record<string, RunResult>>();
  for (const [id, result] of Object.entries(results)) {
    const cut = id.indexOf('/') + 1;
    cached(cases, id.slice(0, cut), (): Record<string, RunResult> => ({}))[id.slice(cut)] = result;
  }
  return cases;
}
