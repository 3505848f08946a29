/** Combines several self-contained lists of runs in one request. */
import type { Cut, CutSource, Edit, EditSource, MetricRow, Run } from './types';
import type { RunResult } from './contract';

/** The same runs with `prefix` before every run id, wherever it occurs. */
export function prefixRuns(runs: readonly Run[], prefix: string): Run[] {
  return runs.map((run) => ({
    ...run,
    id: prefix + run.id,
    ...(run.base === undefined ? {} : { base: prefix + run.base }),
    ...(run.edits ? { edits: prefixEdits(run.edits, prefix) } : {}),
    ...(run.cuts ? { cuts: run.cuts.map((cut) => prefixCut(cut, prefix)) } : {}),
    ...(run.metric ? { metric: prefixMetric(run.metric, prefix) } : {}),
  }));
}

/** Runs often share a list of edits. Each list is copied once, so that sharing is preserved. */
const prefixed = new WeakMap<readonly Edit[], Map<string, readonly Edit[]>>();

function prefixEdits(edits: readonly Edit[], prefix: string): readonly Edit[] {
  const known = prefixed.get(edits) ?? new Map<string, readonly Edit[]>();
  prefixed.set(edits, known);
  const found = known.get(prefix) ?? edits.map((edit) => prefixEdit(edit, prefix));
  known.set(prefix, found);
  return found;
}

function prefixEdit(edit: Edit, prefix: string): Edit {
  return edit.source ? { ...edit, source: prefixSource(edit.source, prefix) } : edit;
}

/** Likewise for cuts. */
const prefixedCuts = new WeakMap<Cut, Map<string, Cut>>();

function prefixCut(cut: Cut, prefix: string): Cut {
  if (!cut.source || cut.source.kind === 'constant') return cut;
  const known = prefixedCuts.get(cut) ?? new Map<string, Cut>();
  prefixedCuts.set(cut, known);
  const found = known.get(prefix) ?? { ...cut, source: prefixSource(cut.source, prefix) };
  known.set(prefix, found);
  return found;
}

function prefixMetric(metric: MetricRow, prefix: string): MetricRow {
  const { kl } = metric;
  return kl?.kind === 'run' ? { ...metric, kl: { ...kl, run: prefix + kl.run } } : metric;
}

function prefixSource<S extends EditSource | CutSource>(source: S, prefix: string): S {
  if (source.kind === 'run') return { ...source, run: prefix + source.run };
  if (source.kind === 'mean') return { ...source, runs: source.runs.map((run) => prefix + run) };
  return source;
}

/** Groups results by prefix ('12/'), under their own ids, in one pass. */
export function splitByPrefix(
  results: Readonly<Record<string, RunResult>>,
): Map<string, Record<string, RunResult>> {
  const cases = new Map<string, Record<string, RunResult>>();
  for (const [id, result] of Object.entries(results)) {
    const cut = id.indexOf('/') + 1;
    const prefix = id.slice(0, cut);
    const own = cases.get(prefix) ?? {};
    own[id.slice(cut)] = result;
    cases.set(prefix, own);
  }
  return cases;
}
