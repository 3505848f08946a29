/**
 * The float64 reference: the same sites, edits and runs as the GPU's, in plain TypeScript, every run from
 * scratch. It is slow and short on purpose; it is what the WGSL is held against.
 *
 * A tensor here is one Float64Array of T rows x width, row-major; rows of scores and pattern are query
 * positions with H x S columns.
 */
import { type Site, findSite, rowLayout, siteShape } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { abortError } from './abort';
import { counterOfNaive } from './cost';
import { type ResolvedEdit, type ResolvedRun, allEdits, canonicalKey, resolveRuns } from './resolve';
import type {
  ForwardOptions,
  ForwardRequest,
  ForwardResult,
  RowMetric,
  RunForward,
  RunResult,
  Tensor,
} from './types';
import { transformer } from './referenceModel';
import type { WeightReader } from './referencePass';
import { knownValues } from './values';

/** Makes the reference's `RunForward` for one model. */
export function createReferenceForward(spec: ModelSpec, weight: WeightReader): RunForward {
  return async (request: ForwardRequest, options: ForwardOptions = {}): Promise<ForwardResult> => {
    const runs = resolveRuns(spec, request.runs);
    const wanted = sourcesWanted(runs);
    const kept = new Map<string, Float64Array>();
    const results: Record<string, RunResult> = {};
    const lastOfUnit = new Map(runs.map((run, i) => [run.unit, i]));
    for (const [i, run] of runs.entries()) {
      if (options.signal?.aborted) throw abortError();
      results[run.id] = forwardOne(spec, weight, run, wanted, kept);
      const unitDone = lastOfUnit.get(run.unit) === i;
      options.onProgress?.((i + 1) / runs.length);
      if (unitDone) options.onUnit?.(run.unit, results);
      // Lets timers and messages through: a cancel must be heard between runs.
      if (i % 16 === 15) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return { runs: results, counters: counterOfNaive(spec, runs) };
  };
}

/** 'run/site' of every tensor that a later edit reads. */
function sourcesWanted(runs: readonly ResolvedRun[]): Set<string> {
  const wanted = new Set<string>();
  for (const run of runs) {
    for (const edit of run.own) {
      if (edit.source?.kind === 'run') wanted.add(`${edit.source.run}/${edit.source.site}`);
      if (edit.source?.kind === 'mean') for (const id of edit.source.runs) wanted.add(`${id}/${edit.key}`);
    }
  }
  return wanted;
}

function forwardOne(
  spec: ModelSpec,
  weight: WeightReader,
  run: ResolvedRun,
  wanted: ReadonlySet<string>,
  kept: Map<string, Float64Array>,
): RunResult {
  const T = run.tokens.length;
  const edits = allEdits(run);
  const captures: Record<string, Tensor> = {};

  /** Announces a finished site: edits, then callbacks, then whatever reads it. */
  const at = (name: string, x: Float64Array): Float64Array => {
    const site = findSite(spec, name);
    const key = canonicalKey(spec, site);
    if (site.name !== key) return x;
    const width = x.length / T;
    for (const edit of edits) if (edit.key === key) applyEdit(edit, x, width, kept);
    for (const callback of run.callbacks) {
      if (callback.key !== key) continue;
      const values = Float32Array.from(x);
      callback.fn(values, [T, width]);
      x.set(values);
    }
    for (const capture of run.captures) {
      if (capture.key === key) captures[capture.site.name] = toTensor(spec, capture.site, x, T, capture.rows);
    }
    if (wanted.has(`${run.id}/${key}`)) kept.set(`${run.id}/${key}`, x.slice());
    return x;
  };

  const logits = transformer(spec, weight, run.tokens, at);
  return {
    captures,
    ...(run.metric && logits ? { metric: rowMetric(logits, spec.dVocab, run.metric) } : {}),
  };
}

function applyEdit(
  edit: ResolvedEdit,
  x: Float64Array,
  width: number,
  kept: ReadonlyMap<string, Float64Array>,
): void {
  for (const [i, row] of edit.rows.entries()) {
    const known = knownValues(edit, i);
    let done = 0;
    for (const [begin, end] of edit.spans) {
      const place = row * width + begin;
      const v = (c: number): number => {
        if (typeof known === 'number') return known;
        return known ? known[done + c]! : deviceValue(edit, place + c, kept);
      };
      editSpan(edit, x.subarray(place, place + end - begin), v);
      done += end - begin;
    }
  }
}

/** x: one row's selected columns of one head. */
function editSpan(edit: ResolvedEdit, x: Float64Array, v: (column: number) => number): void {
  let along = 0;
  if (edit.op === 'project_out') {
    let dot = 0;
    let norm = 0;
    for (const [c, value] of x.entries()) {
      dot += value * v(c);
      norm += v(c) ** 2;
    }
    along = norm > 0 ? dot / norm : 0;
  }
  for (const [c, old] of x.entries()) {
    if (edit.op === 'set') x[c] = v(c);
    else if (edit.op === 'add') x[c] = old + edit.alpha * v(c);
    else if (edit.op === 'scale') x[c] = edit.alpha * old;
    else if (edit.op === 'lerp') x[c] = (1 - edit.alpha) * old + edit.alpha * v(c);
    else x[c] = old - along * v(c);
  }
}

/** A value that an earlier run computed, at the same place of its tensor. */
function deviceValue(edit: ResolvedEdit, place: number, kept: ReadonlyMap<string, Float64Array>): number {
  const { source } = edit;
  if (source?.kind === 'run') return kept.get(`${source.run}/${source.site}`)![place]!;
  if (source?.kind === 'mean') {
    return (
      source.runs.reduce((sum, id) => sum + kept.get(`${id}/${edit.key}`)![place]!, 0) / source.runs.length
    );
  }
  throw new Error(`internal: edit of ${edit.key} has no value.`);
}

/** x [T, ...] as computed -> the site's public shape; scores and pattern become [H, T, S]. */
function toTensor(
  spec: ModelSpec,
  site: Site,
  x: Float64Array,
  T: number,
  rows: readonly number[] | null,
): Tensor {
  const { heads, perHead } = rowLayout(spec, site, T);
  if (site.axes.includes('S')) {
    const data = new Float32Array(x.length);
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < heads; h++)
        data.set(x.subarray((t * heads + h) * perHead, (t * heads + h + 1) * perHead), (h * T + t) * T);
    }
    return { shape: siteShape(spec, site, T), data };
  }
  const width = heads * perHead;
  const chosen = rows ?? Array.from({ length: T }, (_, t) => t);
  const data = new Float32Array(chosen.length * width);
  for (const [i, t] of chosen.entries()) data.set(x.subarray(t * width, (t + 1) * width), i * width);
  return { shape: [chosen.length, ...siteShape(spec, site, T).slice(1)], data };
}

function rowMetric(
  logits: Float64Array,
  V: number,
  target: { row: number; answer: number; distractor?: number },
): RowMetric {
  const row = logits.subarray(target.row * V, (target.row + 1) * V);
  let argmax = 0;
  for (let id = 1; id < V; id++) if (row[id]! > row[argmax]!) argmax = id;
  const max = row[argmax]!;
  const answer = row[target.answer]!;
  return {
    answer,
    distractor: row[target.distractor ?? target.answer]!,
    max,
    argmax,
    logSumExp: max + Math.log(row.reduce((total, x) => total + Math.exp(x - max), 0)),
    rank: row.reduce((n, x) => n + (x > answer ? 1 : 0), 0),
  };
}
