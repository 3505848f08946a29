/**
 * The float64 reference: the same sites, edits and runs as on the GPU, in plain TypeScript, every
 * run from scratch. It is deliberately slow and short; the WGSL is compared with it.
 */
import { findSite, canonicalKey } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import { rowMetric } from '../../util/rowMetric';
import { counterOfNaive } from '../plan/cost';
import { comparisonsOf } from '../plan/drafts';
import { markUnchanged } from '../plan/unchanged';
import { abortError } from '../request/abort';
import { runsOf, type ResolvedRun, allEdits } from '../request/resolved';
import { resolveRuns } from '../request/resolve';
import { LOGITS } from '../../model/siteKinds';
import { isRewrite } from '../request/rewrites';
import { expandSamples } from '../request/samples';
import type { MetricRow } from '../request/types';
import type {
  ForwardOptions,
  ForwardRequest,
  ForwardResult,
  RunForward,
  RowMetric,
  RunResult,
  Tensor,
} from '../request/contract';
import { gradientsOf } from './backward/gradients';
import { type AppliedEdit, type SiteValues, siteValues } from './backward/pass';
import { captured } from './capture';
import { applyCut } from './cuts';
import { applyEdit } from './edits';
import { transformer } from './model';
import type { Pass, WeightReader } from './pass';

/** Makes the reference's `RunForward` for one model. */
export function createReferenceForward(spec: ModelSpec, weight: WeightReader): RunForward {
  return async (request: ForwardRequest, options: ForwardOptions = {}): Promise<ForwardResult> => {
    const runs = resolveRuns(spec, expandSamples(request.runs));
    refuseSnippets(runs);
    const wanted = sourcesWanted(runs);
    const kept = new Map<string, Float64Array>();
    const results: Record<string, RunResult> = {};
    const lastOfUnit = new Map(runs.map((run, i) => [run.unit, i]));
    const comparisons = comparisonsOf(spec, runs);
    for (const [i, run] of runs.entries()) {
      if (options.signal?.aborted) throw abortError();
      results[run.id] = runOne(spec, weight, run, wanted, kept);
      const comparison = comparisons.get(run);
      if (comparison) markUnchanged(results, run, comparison);
      const unitDone = lastOfUnit.get(run.unit) === i;
      options.onProgress?.((i + 1) / runs.length);
      if (unitDone) options.onUnit?.(run.unit, results);
      // Lets timers and messages through, so that a cancel can arrive between runs.
      if (i % 16 === 15) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return { runs: results, counters: counterOfNaive(spec, runs) };
  };
}

function refuseSnippets(runs: readonly ResolvedRun[]): void {
  for (const { id, own } of runs) {
    const edit = own.find(({ op }) => op === 'snippet');
    if (!edit) continue;
    throw new Error(
      `run ${quoted(id)}: edit of ${edit.site.name}: the float64 reference runs no WGSL, got a snippet. Use the GPU.`,
    );
  }
}

/** 'run/site' of every tensor that a later edit reads. */
function sourcesWanted(runs: readonly ResolvedRun[]): Set<string> {
  const wanted = new Set<string>();
  for (const run of runs) {
    if (run.metric?.kl?.kind === 'run') wanted.add(`${run.metric.kl.run}/${LOGITS}`);
    for (const edit of allEdits(run)) {
      if (edit.source?.kind === 'run') wanted.add(`${edit.source.run}/${edit.source.site}`);
      if (edit.source?.kind === 'mean') for (const id of edit.source.runs) wanted.add(`${id}/${edit.key}`);
      for (const { key } of edit.cut?.terms ?? []) {
        wanted.add(`${run.id}/${key}`);
        for (const id of runsOf(edit.cut!.source)) wanted.add(`${id}/${key}`);
      }
    }
  }
  return wanted;
}

function runOne(
  spec: ModelSpec,
  weight: WeightReader,
  run: ResolvedRun,
  wanted: ReadonlySet<string>,
  kept: Map<string, Float64Array>,
): RunResult {
  const T = run.tokens.length;
  const edits = allEdits(run);
  const captures: Record<string, Tensor> = {};
  const values = new Map<string, SiteValues>();

  /** Announces a finished site: edits, then callbacks, then readers. */
  const at: Pass['at'] = (name, x, beside) => {
    const site = findSite(spec, name);
    const key = canonicalKey(spec, site);
    if (site.name !== key) return x;
    const width = x.length / T;
    const here = edits.filter((edit) => edit.key === key);
    const other = here.some((edit) => edit.source?.kind === 'unmasked' || isRewrite(edit.op))
      ? beside?.()
      : undefined;
    const applied: AppliedEdit[] = [];
    for (const edit of here) {
      if (run.gradients) applied.push({ edit, before: x.slice(), beside: other });
      if (edit.cut) applyCut(edit, x, width, { run: run.id, kept, spec, weight });
      else applyEdit(edit, x, width, { kept, beside: other });
    }
    for (const callback of run.callbacks) {
      if (callback.key !== key) continue;
      const shown = Float32Array.from(x);
      const values = shown.slice();
      callback.fn(values, [T, width]);
      // Values that the callback leaves unchanged keep their float64.
      for (const [i, value] of values.entries()) if (!Object.is(value, shown[i])) x[i] = value;
    }
    for (const capture of run.captures) {
      if (capture.key === key) captures[capture.site.name] = captured(spec, capture, x, T);
    }
    if (wanted.has(`${run.id}/${key}`)) kept.set(`${run.id}/${key}`, x.slice());
    if (run.gradients) values.set(key, siteValues(x, applied));
    return x;
  };

  const pass: Pass = { spec, weight, tokens: run.tokens, positions: run.positions, T, at };
  const logits = transformer(pass);
  return {
    captures,
    ...(run.gradients ? { gradients: gradientsOf(run.gradients, { pass, values, kept }) } : {}),
    ...(run.metric && logits ? { metric: metricOf(logits, spec.dVocab, run.metric, kept) } : {}),
  };
}

function metricOf(
  logits: Float64Array,
  V: number,
  target: MetricRow,
  kept: ReadonlyMap<string, Float64Array>,
): RowMetric {
  const { row, kl } = target;
  const rowOf = (all: Float64Array) => all.subarray(row * V, (row + 1) * V);
  const reference = kl?.kind === 'run' ? rowOf(kept.get(`${kl.run}/${LOGITS}`)!) : kl?.logProbs;
  return rowMetric(rowOf(logits), target, reference);
}
