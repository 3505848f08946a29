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
import { knownValues } from './values';

/** Weight tensor by canonical name, row-major; see `model/families`. */
export type WeightReader = (name: string) => Float32Array;

const MASKED = -1e30;

/** Makes the reference's `RunForward` for one model. */
export function createReferenceForward(spec: ModelSpec, weight: WeightReader): RunForward {
  return async (request: ForwardRequest, options: ForwardOptions = {}): Promise<ForwardResult> => {
    const runs = resolveRuns(spec, request.runs);
    const wanted = sourcesWanted(runs);
    const kept = new Map<string, Float64Array>();
    const results: Record<string, RunResult> = {};
    for (const [i, run] of runs.entries()) {
      if (options.signal?.aborted) throw abortError();
      results[run.id] = forwardOne(spec, weight, run, wanted, kept);
      const unitDone = runs[i + 1]?.unit !== run.unit;
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

  const logits = gpt2(spec, weight, run.tokens, at);
  return { captures, ...(run.metric ? { metric: rowMetric(logits, spec.dVocab, run.metric) } : {}) };
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

/** GPT-2 as in Hugging Face's GPT2LMHeadModel; `at(name, x)` may change x in place. Returns logits [T, V]. */
function gpt2(
  spec: ModelSpec,
  weight: WeightReader,
  tokens: readonly number[],
  at: (name: string, x: Float64Array) => Float64Array,
): Float64Array {
  const { nHeads: H, dModel: D, dHead: K, dMlp: M, dVocab: V, lnEps } = spec;
  const T = tokens.length;
  at('hook_tokens', Float64Array.from(tokens));
  const embed = at('hook_embed', rowsOf(weight('embed.W_E'), tokens, D));
  const pos = at(
    'hook_pos_embed',
    rowsOf(
      weight('pos_embed.W_pos'),
      tokens.map((_, t) => t),
      D,
    ),
  );
  let resid = sum(embed, pos);

  for (let l = 0; l < spec.nLayers; l++) {
    const block = `blocks.${l}`;
    const w = (name: string) => weight(`${block}.${name}`);
    at(`${block}.hook_resid_pre`, resid);

    // Per-branch copies of the residual, before the norm: writing one changes that branch only.
    const attnIn = at(`${block}.hook_attn_in`, repeatHeads(resid, T, D, H));
    const branches = (['q', 'k', 'v'] as const).map((name) =>
      at(`${block}.hook_${name}_input`, attnIn.slice()),
    );
    const shared = norm(resid, T, D, lnEps, (part, x) => at(`${block}.ln1.${part}`, x));
    const ln1 = affine(shared, w('ln1.w'), w('ln1.b'));
    const [q, k, v] = branches.map((branch, i) => {
      const out = new Float64Array(T * D);
      const base = matmul(ln1, T, D, w('attn.W_QKV'), 3 * D, i * D, D, w('attn.b_QKV'));
      for (let h = 0; h < H; h++) {
        const own = headOf(branch, T, H, D, h);
        // An unwritten row equals the residual, and shows edits of the shared norm; a written one has its own norm.
        const written = Array.from({ length: T }, (_, t) => !sameRow(own, resid, t, D));
        const x = affine(
          norm(own, T, D, lnEps, (_, y) => y),
          w('ln1.w'),
          w('ln1.b'),
        );
        const y = written.includes(true)
          ? matmul(x, T, D, w('attn.W_QKV'), 3 * D, i * D + h * K, K, w('attn.b_QKV'))
          : base;
        for (let t = 0; t < T; t++) {
          for (let c = 0; c < K; c++)
            out[t * D + h * K + c] = written[t] ? y[t * K + c]! : base[t * D + h * K + c]!;
        }
      }
      return at(`${block}.attn.hook_${'qkv'[i]}`, out);
    }) as [Float64Array, Float64Array, Float64Array];

    const scores = new Float64Array(T * H * T).fill(MASKED);
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        for (let s = 0; s <= t; s++) {
          let dot = 0;
          for (let c = 0; c < K; c++) dot += q[t * D + h * K + c]! * k[s * D + h * K + c]!;
          scores[(t * H + h) * T + s] = dot / Math.sqrt(K);
        }
      }
    }
    at(`${block}.attn.hook_attn_scores`, scores);
    const pattern = at(`${block}.attn.hook_pattern`, softmaxRows(scores, T));
    const z = new Float64Array(T * D);
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        for (let s = 0; s < T; s++) {
          const p = pattern[(t * H + h) * T + s]!;
          if (p !== 0) for (let c = 0; c < K; c++) z[t * D + h * K + c]! += p * v[s * D + h * K + c]!;
        }
      }
    }
    at(`${block}.attn.hook_z`, z);
    const result = new Float64Array(T * H * D);
    const W_O = w('attn.W_O');
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        for (let c = 0; c < K; c++) {
          const a = z[t * D + h * K + c]!;
          for (let d = 0; d < D; d++) result[(t * H + h) * D + d]! += a * W_O[(h * K + c) * D + d]!;
        }
      }
    }
    at(`${block}.attn.hook_result`, result);
    const b_O = w('attn.b_O');
    const attnOut = new Float64Array(T * D);
    for (let t = 0; t < T; t++) {
      for (let d = 0; d < D; d++) {
        let total = b_O[d]!;
        for (let h = 0; h < H; h++) total += result[(t * H + h) * D + d]!;
        attnOut[t * D + d] = total;
      }
    }
    at(`${block}.hook_attn_out`, attnOut);

    resid = at(`${block}.hook_resid_mid`, sum(resid, attnOut));
    const mlpIn = at(`${block}.hook_mlp_in`, resid.slice());
    const ln2 = affine(
      norm(mlpIn, T, D, lnEps, (part, x) => at(`${block}.ln2.${part}`, x)),
      w('ln2.w'),
      w('ln2.b'),
    );
    const pre = at(`${block}.mlp.hook_pre`, matmul(ln2, T, D, w('mlp.W_in'), M, 0, M, w('mlp.b_in')));
    const post = at(`${block}.mlp.hook_post`, pre.map(geluNew));
    const mlpOut = at(`${block}.hook_mlp_out`, matmul(post, T, M, w('mlp.W_out'), D, 0, D, w('mlp.b_out')));
    resid = sum(resid, mlpOut);
    at(`${block}.hook_resid_post`, resid);
  }

  const final = norm(resid, T, D, lnEps, (part, x) => at(`ln_final.${part}`, x));
  const out = at('unembed.hook_in', affine(final, weight('ln_final.w'), weight('ln_final.b')));
  const W_E = weight('embed.W_E');
  const logits = new Float64Array(T * V);
  for (let t = 0; t < T; t++) {
    for (let id = 0; id < V; id++) {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += out[t * D + d]! * W_E[id * D + d]!;
      logits[t * V + id] = dot;
    }
  }
  return at('unembed.hook_out', logits);
}

function rowsOf(table: Float32Array, ids: readonly number[], D: number): Float64Array {
  const out = new Float64Array(ids.length * D);
  for (const [t, id] of ids.entries()) out.set(table.subarray(id * D, (id + 1) * D), t * D);
  return out;
}

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + b[i]!);

/** x [T, D] -> [T, H, D], the same row for each head. */
function repeatHeads(x: Float64Array, T: number, D: number, H: number): Float64Array {
  const out = new Float64Array(T * H * D);
  for (let t = 0; t < T; t++)
    for (let h = 0; h < H; h++) out.set(x.subarray(t * D, (t + 1) * D), (t * H + h) * D);
  return out;
}

/** x [T, H, D] -> [T, D] of one head. */
function headOf(x: Float64Array, T: number, H: number, D: number, h: number): Float64Array {
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; t++) out.set(x.subarray((t * H + h) * D, (t * H + h + 1) * D), t * D);
  return out;
}

function sameRow(a: Float64Array, b: Float64Array, t: number, D: number): boolean {
  for (let d = t * D; d < (t + 1) * D; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** LayerNorm without its weight and bias, x [T, D]; `at` sees hook_scale [T, 1], then hook_normalized [T, D]. */
function norm(
  x: Float64Array,
  T: number,
  D: number,
  eps: number,
  at: (part: 'hook_scale' | 'hook_normalized', x: Float64Array) => Float64Array,
): Float64Array {
  const out = new Float64Array(T * D);
  const scale = new Float64Array(T);
  for (let t = 0; t < T; t++) {
    const row = x.subarray(t * D, (t + 1) * D);
    const mean = row.reduce((a, b) => a + b, 0) / D;
    scale[t] = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / D + eps);
    for (let d = 0; d < D; d++) out[t * D + d] = row[d]! - mean;
  }
  at('hook_scale', scale);
  for (let i = 0; i < out.length; i++) out[i]! /= scale[Math.floor(i / D)]!;
  return at('hook_normalized', out);
}

function affine(x: Float64Array, w: Float32Array, b: Float32Array): Float64Array {
  return x.map((value, i) => value * w[i % w.length]! + b[i % w.length]!);
}

/** x [T, K] times columns [first, first+N) of w [K, stride], plus the bias's same columns. */
function matmul(
  x: Float64Array,
  T: number,
  K: number,
  w: Float32Array,
  stride: number,
  first: number,
  N: number,
  bias: Float32Array,
): Float64Array {
  const out = new Float64Array(T * N);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) out[t * N + n] = bias[first + n]!;
    for (let k = 0; k < K; k++) {
      const a = x[t * K + k]!;
      for (let n = 0; n < N; n++) out[t * N + n]! += a * w[k * stride + first + n]!;
    }
  }
  return out;
}

/** GELU with the tanh approximation ("gelu_new"). */
function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Softmax over runs of S columns; masked entries get exactly 0. */
function softmaxRows(scores: Float64Array, S: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += S) {
    const row = scores.subarray(start, start + S);
    const max = row.reduce((a, b) => Math.max(a, b), MASKED);
    const exps = row.map((x) => (x <= MASKED / 10 ? 0 : Math.exp(x - max)));
    const total = exps.reduce((a, b) => a + b, 0);
    out.set(
      exps.map((e) => e / total),
      start,
    );
  }
  return out;
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
