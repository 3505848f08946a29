/** The attention of one block backward: heads, values, pattern, scores, queries and keys. */
import { sees } from '../../request/masks';
import { scoresOf } from '../attention';
import { rowOf } from '../math';
import { matrix } from '../pass';
import { branchesBackward } from './branches';
import { addTransposed, capSlope, softmaxBackward } from './math';
import { branchNormBackward, normAfterBackward } from './norm';
import { type BackwardPass, unmasked } from './pass';
import { rotaryBackward, turned } from './rotary';

/** g: of the stream that block l's attention adds to, [T, D] -> what it adds to its own stream. */
export function attentionBackward(back: BackwardPass, l: number, g: Float64Array): Float64Array {
  const { at, values, T, frozen } = back;
  const block = `blocks.${l}`;
  const out = normAfterBackward(back, `${block}.ln1`, at(`${block}.hook_attn_out`, g));
  const z = at(`${block}.attn.hook_z`, headsBackward(back, block, out));
  const { pattern, v } = mixedBackward(back, block, z);
  const shares = at(`${block}.attn.hook_pattern`, pattern);
  const scores = frozen.pattern
    ? new Float64Array(shares.length)
    : softmaxBackward(shares, values(`${block}.attn.hook_pattern`).before, T);
  const { q, k } = scoresBackward(back, l, at(`${block}.attn.hook_attn_scores`, scores));
  const projected = (branch: 'q' | 'k', turnedGradient: Float64Array) =>
    branchNormBackward(back, block, branch, rotaryBackward(back, l, branch, turnedGradient));
  return branchesBackward(back, block, { q: projected('q', q), k: projected('k', k), v });
}

/** g [T, D] -> of z [T, H, K], through every head's result. */
function headsBackward(back: BackwardPass, block: string, g: Float64Array): Float64Array {
  const { spec, T } = back;
  const { nHeads: H, dModel: D, dHead: K } = spec;
  const W_O = matrix(back, `${block}.attn.W_O`, H * K, D);
  const copies = new Float64Array(T * H * D);
  for (let row = 0; row < T * H; row++) rowOf(copies, row, D).set(rowOf(g, Math.floor(row / H), D));
  const result = back.at(`${block}.attn.hook_result`, copies).map((value) => spec.residScale * value);
  const z = new Float64Array(T * H * K);
  for (let row = 0; row < T * H; row++)
    addTransposed(rowOf(z, row, K), rowOf(result, row, D), W_O, (row % H) * K, 0);
  return z;
}

/** g: of z [T, H, K] -> of the pattern [T, H, S] and the values [T, G, K]. */
function mixedBackward({ spec, T, values }: BackwardPass, block: string, g: Float64Array) {
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const v = values(`${block}.attn.hook_v`).after;
  const shares = values(`${block}.attn.hook_pattern`).after;
  const pattern = new Float64Array(T * H * T);
  const gV = new Float64Array(T * G * K);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) {
      for (let s = 0; s < T; s++) {
        const cell = (t * H + h) * T + s;
        const value = (s * G + Math.floor((h * G) / H)) * K;
        for (let c = 0; c < K; c++) {
          const slope = g[(t * H + h) * K + c]!;
          pattern[cell]! += slope * v[value + c]!;
          gV[value + c]! += shares[cell]! * slope;
        }
      }
    }
  }
  return { pattern, v: gV };
}

/** g: of the scores [T, H, S] -> of queries [T, H, K] and keys [T, G, K] after norm and rotation. */
function scoresBackward(back: BackwardPass, l: number, g: Float64Array) {
  const { spec, T, arriving } = back;
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const { scale, softcap } = spec.attention;
  const [queries, keys] = [turned(back, l, 'q'), turned(back, l, 'k')];
  const allowed = arriving(unmasked(`blocks.${l}.attn.hook_attn_scores`));
  const raw = softcap === null ? null : scoresOf(back, queries, keys, () => true);
  const [q, k] = [new Float64Array(T * H * K), new Float64Array(T * G * K)];
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) {
      for (let s = 0; s < T; s++) {
        const cell = (t * H + h) * T + s;
        const ofScore = (sees(spec, l, t, s) ? g[cell]! : 0) + (allowed?.[cell] ?? 0);
        const slope = raw ? ofScore * scale * capSlope(raw[cell]!, softcap) : ofScore * scale;
        const [query, key] = [(t * H + h) * K, (s * G + Math.floor((h * G) / H)) * K];
        for (let c = 0; c < K; c++) {
          q[query + c]! += slope * keys[key + c]!;
          k[key + c]! += slope * queries[query + c]!;
        }
      }
    }
  }
  return { q, k };
}
