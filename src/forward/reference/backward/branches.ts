/** How one block's queries, keys and values were computed, backward: products, norm, copies. */
import { branchColumns, branchHeads, qkvWidth } from '../../../model/spec';
import { rowLayout } from '../../../model/sites';
import type { Branch } from '../branches';
import { rowOf, sum } from '../math';
import { matrix } from '../pass';
import { addTransposed, clipSlope } from './math';
import { normBeforeBackward, unseenNorm } from './norm';
import type { BackwardPass } from './pass';

const BRANCHES: readonly Branch[] = ['q', 'k', 'v'];

/**
 * g: of queries [T, H, K], keys and values [T, G, K] -> of the stream, [T, D]. An unwritten copy
 * reads the shared norm, a written one its own. The gradient shown at a copy is through a norm of
 * its own: what writing it would do.
 */
export function branchesBackward(
  back: BackwardPass,
  block: string,
  g: Readonly<Record<Branch, Float64Array>>,
): Float64Array {
  const { spec, T } = back;
  const { dModel: D, nHeads: H, nKvHeads: G } = spec;
  const ln1 = `${block}.ln1`;
  const writtenInAll = H === G ? writtenRows(back, `${block}.hook_attn_in`) : new Set<number>();
  const shared = new Float64Array(T * D);
  const stream = new Float64Array(T * D);
  const attnIn = new Float64Array(T * H * D);
  for (const branch of BRANCHES) {
    const site = `${block}.hook_${branch}_input`;
    const written = writtenRows(back, site);
    const heads = branchHeads(spec, branch);
    const normed = projectionBackward(back, block, branch, g[branch]);
    const own = unseenNorm(back, ln1, back.values(site).after);
    const copies = back.at(site, normBeforeBackward(own, ln1, normed));
    if (H === G) for (let i = 0; i < copies.length; i++) attnIn[i]! += copies[i]!;
    for (let row = 0; row < T * heads; row++) {
      const t = Math.floor(row / heads);
      if (writtenInAll.has(row)) continue;
      if (written.has(row)) addRow(stream, t, copies, row, D);
      else addRow(shared, t, normed, row, D);
    }
  }
  if (H === G) {
    const before = back.at(`${block}.hook_attn_in`, attnIn);
    for (const row of writtenInAll) addRow(stream, Math.floor(row / H), before, row, D);
  }
  return sum(stream, normBeforeBackward(back, ln1, shared));
}

/** a[i] += b[j], both rows of `width`. */
function addRow(a: Float64Array, i: number, b: Float64Array, j: number, width: number): void {
  for (let c = 0; c < width; c++) a[i * width + c]! += b[j * width + c]!;
}

/** Rows (t * heads + h) of a site that an edit or cut writes. */
function writtenRows({ spec, values, T }: BackwardPass, name: string): ReadonlySet<number> {
  const written = new Set<number>();
  for (const { edit } of values(name).edits) {
    const { heads, perHead } = rowLayout(spec, edit.site, T);
    for (const t of edit.rows)
      for (const [begin] of edit.spans) written.add(t * heads + Math.floor(begin / perHead));
  }
  return written;
}

/** g [T, heads, K] -> of each head's normalised input, [T, heads, D]. */
function projectionBackward(
  back: BackwardPass,
  block: string,
  branch: Branch,
  g: Float64Array,
): Float64Array {
  const { spec, T } = back;
  const { dModel: D, dHead: K } = spec;
  const W_QKV = matrix(back, `${block}.attn.W_QKV`, D, qkvWidth(spec));
  const { begin } = branchColumns(spec, branch);
  const heads = branchHeads(spec, branch);
  const site = `${block}.attn.hook_${branch}`;
  const { before } = back.values(site);
  const product = back.at(site, g).map((value, i) => value * clipSlope(before[i]!, spec.attention.clipQkv));
  const out = new Float64Array(T * heads * D);
  for (let row = 0; row < T * heads; row++) {
    const first = begin + (row % heads) * K;
    addTransposed(rowOf(out, row, D), rowOf(product, row, K), W_QKV, 0, first);
  }
  return out;
}
