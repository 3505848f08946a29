/**
 * The float64 reference: the same sites, edits and runs as the GPU's, in plain TypeScript, every run from
 * scratch. It is slow and short on purpose; it is what the WGSL is held against.
 *
 * A tensor here is one Float64Array of T rows x width, row-major; rows of scores and pattern are query
 * positions with H x S columns.
 */
import { type Site, findSite, rowLayout, siteShape } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { abortError } from '../request/abort';
import { counterOfNaive } from '../plan/cost';
import { type ResolvedRun, allEdits, resolveRuns } from '../request/resolve';
import { cutRuns } from '../request/cuts';
import { type ResolvedEdit, type Term, canonicalKey } from '../request/resolveEdits';
import type {
  ForwardOptions,
  ForwardRequest,
  ForwardResult,
  MetricRow,
  RowMetric,
  RunForward,
  RunResult,
  Tensor,
} from '../request/types';
import { rowMetric } from '../../util/rowMetric';
import { transformer } from './model';
import { MASKED } from './math';
import type { Pass, WeightReader } from './pass';
import { isRewrite, rewriteRow, rowKey } from '../request/rewrites';
import { comparisonsOf, withUnchanged } from '../plan/unchanged';
import { knownValues } from '../request/values';
import { quoted } from '../../util/parse';

/** Makes the reference's `RunForward` for one model. */
export function createReferenceForward(spec: ModelSpec, weight: WeightReader): RunForward {
  return async (request: ForwardRequest, options: ForwardOptions = {}): Promise<ForwardResult> => {
    const runs = resolveRuns(spec, request.runs);
    refuseSnippets(runs);
    const wanted = sourcesWanted(runs);
    const kept = new Map<string, Float64Array>();
    const results: Record<string, RunResult> = {};
    const lastOfUnit = new Map(runs.map((run, i) => [run.unit, i]));
    const comparisons = comparisonsOf(spec, runs);
    for (const [i, run] of runs.entries()) {
      if (options.signal?.aborted) throw abortError();
      results[run.id] = forwardOne(spec, weight, run, wanted, kept);
      const unitDone = lastOfUnit.get(run.unit) === i;
      options.onProgress?.((i + 1) / runs.length);
      if (unitDone) options.onUnit?.(run.unit, withUnchanged(results, comparisons));
      // Lets timers and messages through: a cancel must be heard between runs.
      if (i % 16 === 15) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return { runs: withUnchanged(results, comparisons), counters: counterOfNaive(spec, runs) };
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
    const kl = run.metric?.kl;
    if (kl?.kind === 'run') wanted.add(`${kl.run}/unembed.hook_out`);
    for (const edit of allEdits(run)) {
      if (edit.source?.kind === 'run') wanted.add(`${edit.source.run}/${edit.source.site}`);
      if (edit.source?.kind === 'mean') for (const id of edit.source.runs) wanted.add(`${id}/${edit.key}`);
      for (const { key } of edit.cut?.terms ?? []) {
        wanted.add(`${run.id}/${key}`);
        for (const id of cutRuns(edit.cut!)) wanted.add(`${id}/${key}`);
      }
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
  const at: Pass['at'] = (name, x, beside) => {
    const site = findSite(spec, name);
    const key = canonicalKey(spec, site);
    if (site.name !== key) return x;
    const width = x.length / T;
    const here = edits.filter((edit) => edit.key === key);
    const other = here.some((edit) => edit.source?.kind === 'unmasked' || isRewrite(edit.op))
      ? beside?.()
      : undefined;
    for (const edit of here) {
      if (edit.cut) applyCut(edit, x, width, { run: run.id, kept, spec, weight });
      else applyEdit(edit, x, width, kept, other);
    }
    for (const callback of run.callbacks) {
      if (callback.key !== key) continue;
      const shown = Float32Array.from(x);
      const values = shown.slice();
      callback.fn(values, [T, width]);
      // What it leaves alone keeps its float64.
      for (const [i, value] of values.entries()) if (!Object.is(value, shown[i])) x[i] = value;
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
    ...(run.metric && logits ? { metric: metricOf(logits, spec.dVocab, run.metric, kept) } : {}),
  };
}

function applyEdit(
  edit: ResolvedEdit,
  x: Float64Array,
  width: number,
  kept: ReadonlyMap<string, Float64Array>,
  beside?: Float64Array,
): void {
  for (const [i, row] of edit.rows.entries()) {
    const known = knownValues(edit, i);
    let done = 0;
    for (const [begin, end] of edit.spans) {
      const place = row * width + begin;
      const columns = end - begin;
      const cells = x.subarray(place, place + columns);
      const v = (c: number): number => {
        if (known !== null) return typeof known === 'number' ? known : known[done + c]!;
        return edit.source?.kind === 'unmasked' ? beside![place + c]! : deviceValue(edit, place + c, kept);
      };
      if (isRewrite(edit.op))
        rewriteRow(
          edit.op,
          cells,
          (c) => beside![place + c]! > MASKED / 10,
          rowKey(edit, begin / columns, row),
        );
      else editSpan(edit, cells, v, (c) => edit.direction![(done + c) % edit.direction!.length]!);
      done += columns;
    }
  }
}

/** What cut edges read: the contributions of this run and of earlier ones. */
interface Contributions {
  readonly run: string;
  readonly kept: ReadonlyMap<string, Float64Array>;
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
}

function applyCut(edit: ResolvedEdit, x: Float64Array, width: number, from: Contributions): void {
  const { terms, share, source } = edit.cut!;
  const others = cutRuns(edit.cut!);
  const [[begin, end]] = edit.spans as [readonly [number, number]];
  for (const row of edit.rows) {
    const cells = x.subarray(row * width + begin, row * width + end);
    for (const term of terms) {
      for (const column of term.columns) {
        const own = contribution(term, column, from.run, row, from);
        const replacements = others.map((id) => contribution(term, column, id, row, from));
        for (let d = 0; d < cells.length; d++) {
          let sum = 0;
          for (const values of replacements) sum += values[d]!;
          const replacement = source.kind === 'constant' ? source.value : sum / replacements.length;
          cells[d]! += share * (replacement - own[d]!);
        }
      }
    }
  }
}

/** What a sender adds to one row of the stream, [D], in one run. */
function contribution(
  { key, site, isNeuron }: Term,
  column: number,
  run: string,
  row: number,
  { kept, spec, weight }: Contributions,
): Float64Array {
  const values = kept.get(`${run}/${key}`)!;
  const { dModel: D, dMlp: M, orientation } = spec;
  if (isNeuron) {
    const W_out = weight(`blocks.${site.layer}.mlp.W_out`);
    const at = (d: number) => (orientation === 'in-out' ? column * D + d : d * M + column);
    return Float64Array.from({ length: D }, (_, d) => values[row * M + column]! * W_out[at(d)]!);
  }
  const { heads, perHead } = rowLayout(spec, site, 1);
  const first = row * heads * perHead + column;
  return values.subarray(first, first + D);
}

/** x: one row's selected columns of one head; v and d: the source's values and the direction's, by column. */
function editSpan(
  edit: ResolvedEdit,
  x: Float64Array,
  v: (column: number) => number,
  d: (column: number) => number,
): void {
  if (edit.op === 'project_out') moveAlong(x, () => 0, v);
  else if (edit.op === 'set_along') moveAlong(x, v, d);
  else editCells(edit, x, v);
}

function editCells(edit: ResolvedEdit, x: Float64Array, v: (column: number) => number): void {
  const [lo, hi] = edit.range ?? [0, 0];
  for (const [c, old] of x.entries()) {
    if (edit.op === 'set') x[c] = v(c);
    else if (edit.op === 'add') x[c] = old + edit.alpha * v(c);
    else if (edit.op === 'scale') x[c] = edit.alpha * old;
    else if (edit.op === 'lerp') x[c] = (1 - edit.alpha) * old + edit.alpha * v(c);
    else if (edit.op === 'min') x[c] = Math.min(old, v(c));
    else x[c] = Math.min(Math.max(old, lo), hi);
  }
}

/** x += ((s - x).d)/(d.d) d; a zero direction changes nothing. */
function moveAlong(x: Float64Array, s: (column: number) => number, d: (column: number) => number): void {
  let dot = 0;
  let norm = 0;
  for (const [c, value] of x.entries()) {
    dot += (s(c) - value) * d(c);
    norm += d(c) ** 2;
  }
  if (norm === 0) return;
  for (const c of x.keys()) x[c]! += (dot / norm) * d(c);
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

function metricOf(
  logits: Float64Array,
  V: number,
  target: MetricRow,
  kept: ReadonlyMap<string, Float64Array>,
): RowMetric {
  const { row, kl } = target;
  const rowOf = (all: Float64Array) => all.subarray(row * V, (row + 1) * V);
  const reference = kl?.kind === 'run' ? rowOf(kept.get(`${kl.run}/unembed.hook_out`)!) : kl?.logProbs;
  return rowMetric(rowOf(logits), target, reference);
}
