/** How one block's queries, keys and values are computed: copies of the stream, norm, products. */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { clipped, linear, repeatHeads, rowOf, sameRow } from './math';
import { normBefore } from './norm';
import { type Pass, matrix, optional, unseen } from './pass';

export type Branch = 'q' | 'k' | 'v';

/** Queries [T, H, K], keys and values [T, G, K], perhaps clipped, before norm and rotation. */
export function branches(pass: Pass, block: string, stream: Float64Array): Record<Branch, Float64Array> {
  const { spec, T, at } = pass;
  const { dModel: D, dHead: K, nHeads: H, nKvHeads: G } = spec;
  const W_QKV = matrix(pass, `${block}.attn.W_QKV`, D, qkvWidth(spec));
  const b_QKV = optional(pass, spec.bias.qkv, `${block}.attn.b_QKV`);

  // Copies of the stream before the norm: writing one changes only that branch of that head.
  const attnIn = H === G ? at(`${block}.hook_attn_in`, repeatHeads(stream, T, D, H)) : null;
  const copyOf = (branch: Branch): Float64Array =>
    at(
      `${block}.hook_${branch}_input`,
      attnIn ? attnIn.slice() : repeatHeads(stream, T, D, branchHeads(spec, branch)),
    );
  const copies = { q: copyOf('q'), k: copyOf('k'), v: copyOf('v') };
  const shared = normBefore(pass, `${block}.ln1`, stream);

  const project = (branch: Branch): Float64Array => {
    const { begin, width } = branchColumns(spec, branch);
    const heads = branchHeads(spec, branch);
    const out = linear(shared, T, W_QKV, { first: begin, width }, b_QKV);
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < heads; h++) {
        // An unwritten copy equals the stream, with the shared norm; a written one has its own
        // norm.
        const row = t * heads + h;
        if (sameRow(copies[branch], row, stream, t, D)) continue;
        const copy = rowOf(copies[branch], row, D);
        const x = normBefore(unseen(pass), `${block}.ln1`, copy);
        rowOf(out, row, K).set(linear(x, 1, W_QKV, { first: begin + h * K, width: K }, b_QKV));
      }
    }
    const { clipQkv } = spec.attention;
    const within = clipQkv === null ? out : out.map((x) => clipped(x, clipQkv));
    return at(`${block}.attn.hook_${branch}`, within);
  };
  return { q: project('q'), k: project('k'), v: project('v') };
}
