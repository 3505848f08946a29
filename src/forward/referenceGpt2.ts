/**
 * The GPT-2 family in float64, plain loops: what `reference.ts` runs. A tensor is one Float64Array of T rows x width,
 * row-major; rows of scores and pattern are query positions with H x S columns.
 */
import type { ModelSpec } from '../model/spec';

/** Weight tensor by canonical name, row-major; see `model/families`. */
export type WeightReader = (name: string) => Float32Array;

const MASKED = -1e30;

/** GPT-2 as in Hugging Face's GPT2LMHeadModel; `at(name, x)` may change x in place. Returns logits [T, V]. */
export function gpt2(
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
