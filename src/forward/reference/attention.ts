/**
 * The attention of one block in float64: per-head copies of the stream, queries, keys and values, their norms and
 * rotation, scores, pattern, and the heads' results. Query head h reads key-value head floor(h G / H).
 */
import { type RotaryTable, branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { sees } from '../request/masks';
import {
  MASKED,
  addProduct,
  affine,
  clipped,
  linear,
  normalize,
  repeatHeads,
  rowOf,
  sameRow,
  softcapped,
  softmaxRows,
} from './math';
import { type Pass, matrix, norm, optional, unseen } from './pass';

type Branch = 'q' | 'k' | 'v';

/** Block l's attention on the stream [T, D]: what is added to the stream, `hook_attn_out` [T, D]. */
export function attention(pass: Pass, l: number, stream: Float64Array): Float64Array {
  const { spec, at } = pass;
  const block = `blocks.${l}`;
  const projected = projections(pass, block, stream);
  const normed = { ...projected };
  for (const branch of ['q', 'k'] as const)
    normed[branch] = branchNorm(pass, block, branch, projected[branch]);
  const turned = { ...normed };
  if (spec.positions.kind === 'rotary') {
    const { dims, tables, tableOfLayer } = spec.positions;
    for (const branch of ['q', 'k'] as const) {
      const heads = branchHeads(spec, branch);
      const x = rotated(normed[branch], heads, spec.dHead, dims, tables[tableOfLayer[l]!]!);
      turned[branch] = at(`${block}.attn.hook_rot_${branch}`, x);
    }
  }
  const scoresWhere = (isSeen: (t: number, s: number) => boolean) =>
    scoresOf(pass, turned.q, turned.k, isSeen);
  const scores = at(
    `${block}.attn.hook_attn_scores`,
    scoresWhere((t, s) => sees(spec, l, t, s)),
    () => scoresWhere(() => true),
  );
  const pattern = at(`${block}.attn.hook_pattern`, softmaxRows(scores, pass.T), () => scores);
  const z = at(`${block}.attn.hook_z`, mixed(pass, pattern, turned.v));
  let out = summedHeads(pass, block, z);
  if (spec.placement === 'sandwich') out = norm(pass, `${block}.ln1_post`, out);
  if (spec.placement === 'branch-end') out = norm(pass, `${block}.ln1`, out);
  return at(`${block}.hook_attn_out`, out);
}

/** Queries [T, H, K], keys and values [T, G, K], clipped where the family does, before norm and rotation. */
function projections(pass: Pass, block: string, stream: Float64Array): Record<Branch, Float64Array> {
  const { spec, T, at } = pass;
  const { dModel: D, dHead: K, nHeads: H, nKvHeads: G } = spec;
  const hasNormBefore = spec.placement === 'pre' || spec.placement === 'sandwich';
  const W_QKV = matrix(pass, `${block}.attn.W_QKV`, D, qkvWidth(spec));
  const b_QKV = optional(pass, spec.bias.qkv, `${block}.attn.b_QKV`);

  // Copies of the stream before the norm: writing one changes that branch of that head only.
  const attnIn = H === G ? at(`${block}.hook_attn_in`, repeatHeads(stream, T, D, H)) : null;
  const copyOf = (branch: Branch): Float64Array =>
    at(
      `${block}.hook_${branch}_input`,
      attnIn ? attnIn.slice() : repeatHeads(stream, T, D, branchHeads(spec, branch)),
    );
  const copies = { q: copyOf('q'), k: copyOf('k'), v: copyOf('v') };
  const shared = hasNormBefore ? norm(pass, `${block}.ln1`, stream) : stream;

  const project = (branch: Branch): Float64Array => {
    const { begin, width } = branchColumns(spec, branch);
    const heads = branchHeads(spec, branch);
    const out = linear(shared, T, W_QKV, { first: begin, width }, b_QKV);
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < heads; h++) {
        // An unwritten copy equals the stream, and shows edits of the shared norm; a written one has its own norm.
        const row = t * heads + h;
        if (sameRow(copies[branch], row, stream, t, D)) continue;
        const copy = rowOf(copies[branch], row, D);
        const x = hasNormBefore ? norm(unseen(pass), `${block}.ln1`, copy) : copy;
        rowOf(out, row, K).set(linear(x, 1, W_QKV, { first: begin + h * K, width: K }, b_QKV));
      }
    }
    return at(
      `${block}.attn.hook_${branch}`,
      out.map((x) => clipped(x, spec.attention.clipQkv)),
    );
  };
  return { q: project('q'), k: project('k'), v: project('v') };
}

/** The RMS norm of queries or keys: over each head's K columns, or over all heads' columns at once. */
function branchNorm(
  { spec, weight, at }: Pass,
  block: string,
  branch: 'q' | 'k',
  x: Float64Array,
): Float64Array {
  const { qkNorm } = spec.attention;
  if (qkNorm === 'none') return x;
  const name = `${block}.attn.${branch}_norm`;
  const width = qkNorm === 'head' ? spec.dHead : branchColumns(spec, branch).width;
  const normalized = normalize(x, width, { kind: 'rms', eps: spec.norm.eps }, (part, y) =>
    at(`${name}.${part}`, y),
  );
  return affine(normalized, weight(`${name}.w`), null, spec.norm.shift);
}

/** x [T, heads, K], the first `dims` columns of every head turned by the position's angles; pairs are (i, i + dims/2). */
function rotated(x: Float64Array, heads: number, K: number, dims: number, table: RotaryTable): Float64Array {
  const out = x.slice();
  const half = dims / 2;
  for (let row = 0; row < x.length / K; row++) {
    const t = Math.floor(row / heads);
    for (let i = 0; i < half; i++) {
      const angle = t * table.inverseFrequencies[i]!;
      const cos = table.magnitude * Math.cos(angle);
      const sin = table.magnitude * Math.sin(angle);
      const [a, b] = [x[row * K + i]!, x[row * K + i + half]!];
      out[row * K + i] = a * cos - b * sin;
      out[row * K + i + half] = b * cos + a * sin;
    }
  }
  return out;
}

/** Scores as rows of query positions, [T, H, S]; masked where position t does not see key s. */
function scoresOf(
  { spec, T }: Pass,
  q: Float64Array,
  k: Float64Array,
  isSeen: (t: number, s: number) => boolean,
): Float64Array {
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const { scale, softcap } = spec.attention;
  const scores = new Float64Array(T * H * T).fill(MASKED);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) {
      const query = rowOf(q, t * H + h, K);
      for (let s = 0; s < T; s++) {
        if (!isSeen(t, s)) continue;
        const key = (s * G + Math.floor((h * G) / H)) * K;
        let dot = 0;
        for (let c = 0; c < K; c++) dot += query[c]! * k[key + c]!;
        scores[(t * H + h) * T + s] = softcapped(scale * dot, softcap);
      }
    }
  }
  return scores;
}

/** The pattern's mean of the values, z [T, H, K]. */
function mixed({ spec, T }: Pass, pattern: Float64Array, v: Float64Array): Float64Array {
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const z = new Float64Array(T * H * K);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) {
      for (let s = 0; s < T; s++) {
        const p = pattern[(t * H + h) * T + s]!;
        const value = (s * G + Math.floor((h * G) / H)) * K;
        if (p !== 0) for (let c = 0; c < K; c++) z[(t * H + h) * K + c]! += p * v[value + c]!;
      }
    }
  }
  return z;
}

/** Each head's share of the output, `hook_result` [T, H, D], and their sum with the bias [T, D]. */
function summedHeads(pass: Pass, block: string, z: Float64Array): Float64Array {
  const { spec, T, at } = pass;
  const { nHeads: H, dModel: D, dHead: K } = spec;
  const W_O = matrix(pass, `${block}.attn.W_O`, H * K, D);
  const b_O = optional(pass, spec.bias.o, `${block}.attn.b_O`);
  const result = new Float64Array(T * H * D);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++)
      addProduct(rowOf(result, t * H + h, D), rowOf(z, t * H + h, K), W_O, h * K, 0);
  }
  at(`${block}.attn.hook_result`, result);
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    const row = rowOf(out, t, D);
    if (b_O) row.set(b_O);
    for (let h = 0; h < H; h++) {
      for (const [d, value] of rowOf(result, t * H + h, D).entries()) row[d]! += value;
    }
  }
  return out;
}
