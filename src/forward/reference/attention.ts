/**
 * The attention of one block in float64: normalise and rotate queries and keys, turn scores into a
 * pattern, mix the values, and sum the heads' results. Query head h reads key-value head floor(h G
 * / H).
 */
import { sees } from '../request/masks';
import { branches } from './branches';
import { addProduct, rowOf, softcapped, softmaxRows } from './math';
import { MASKED_SCORE } from '../../util/masked';
import { branchNorm, normAfter } from './norm';
import { type Pass, matrix, optional } from './pass';
import { rotary } from './rotary';

/** Block l's attention on the stream [T, D] -> what it adds, `hook_attn_out` [T, D]. */
export function attention(pass: Pass, l: number, stream: Float64Array): Float64Array {
  const { spec, at, T } = pass;
  const block = `blocks.${l}`;
  const projected = branches(pass, block, stream);
  const normed = (branch: 'q' | 'k') => branchNorm(pass, block, branch, projected[branch]);
  const [queries, keys] = [normed('q'), normed('k')];
  const [q, k] = [rotary(pass, l, 'q', queries), rotary(pass, l, 'k', keys)];
  const scores = at(
    `${block}.attn.hook_attn_scores`,
    scoresOf(pass, q, k, (t, s) => sees(spec, l, t, s)),
    () => scoresOf(pass, q, k, () => true),
  );
  const pattern = at(
    `${block}.attn.hook_pattern`,
    softmaxRows(scores, T, optional(pass, spec.attention.sinks, `${block}.attn.sinks`)),
    () => scores,
  );
  const z = at(`${block}.attn.hook_z`, mixed(pass, pattern, projected.v));
  return at(`${block}.hook_attn_out`, normAfter(pass, `${block}.ln1`, summedHeads(pass, block, z)));
}

/** Scores as rows of query positions, [T, H, S]; masked where position t does not see key s. */
export function scoresOf(
  { spec, T }: Pick<Pass, 'spec' | 'T'>,
  q: Float64Array,
  k: Float64Array,
  isSeen: (t: number, s: number) => boolean,
): Float64Array {
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const { scale, softcap } = spec.attention;
  const scores = new Float64Array(T * H * T).fill(MASKED_SCORE);
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

/** The pattern's weighted sum of the values, z [T, H, K]. */
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

/** What each head adds to the stream, `hook_result` [T, H, D]; their sum with the bias [T, D]. */
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
  for (let i = 0; i < result.length; i++) result[i]! *= spec.residScale;
  at(`${block}.attn.hook_result`, result);
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    if (b_O) for (let d = 0; d < D; d++) out[t * D + d] = spec.residScale * b_O[d]!;
    for (let h = 0; h < H; h++) for (let d = 0; d < D; d++) out[t * D + d]! += result[(t * H + h) * D + d]!;
  }
  return out;
}
