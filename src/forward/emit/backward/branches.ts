/** How one block's queries, keys and values were computed, backward: products, norm, copies. */
import { branchColumns, branchHeads, qkvWidth } from '../../../model/spec';
import { isNormedBefore } from '../../../model/norms';
import { type Branch, BRANCHES, headWeights, writtenRows } from '../branchParts';
import { type Columns, copyRows, rowSlot } from '../context';
import { wholeSlot } from '../slots';
import { at } from './at';
import { addTo, allRows, type Back, clear, gradient, isUsed, kept } from './back';
import { normBeforeBack, unseenNormBack } from './norm';
import { projectBack, projectHeadsBack } from './products';

/**
 * gQkv [R, (H+2G)K] -> out [R, D], of the stream. An unwritten copy reads the shared norm, a written
 * one its own. The gradient shown at a copy is through a norm of its own: what writing it would do.
 */
export function branchesBack(back: Back, block: string, gQkv: string, out: string): void {
  const { ctx } = back;
  const { spec } = ctx;
  const { dModel: D, nHeads: H, nKvHeads: G } = spec;
  const inKey = H === G ? `${block}.hook_attn_in` : null;
  const isShared = inKey !== null && isUsed(back, inKey);
  const own = gradient(ctx, 'copies_stream', D);
  const isAny = isShared || BRANCHES.some((branch) => isUsed(back, `${block}.hook_${branch}_input`));
  if (isAny) {
    clear(ctx, rowSlot(ctx, own), D);
    const attnIn = isShared ? wholeSlot(gradient(ctx, 'attn_in', H * D), H * D) : null;
    if (attnIn) clear(ctx, attnIn, H * D);
    const inAll = inKey === null ? [] : writtenRows(ctx, [inKey], H);
    for (const branch of BRANCHES) {
      const key = `${block}.hook_${branch}_input`;
      if (!isShared && !isUsed(back, key)) continue;
      const heads = branchHeads(spec, branch);
      const copies = copiesBack(back, block, branch, gQkv);
      at(back, key, wholeSlot(copies, heads * D));
      if (attnIn) addTo(ctx, `${block} ${branch} copies`, wholeSlot(copies, heads * D), attnIn, heads * D);
      const written = writtenRows(ctx, [key], heads);
      for (const [h, rows] of written.entries()) {
        const alone = rows.filter((row) => !inAll[h]?.includes(row));
        const from = { tensor: copies, stride: heads * D, col: h * D };
        addRows(back, `${block}.${branch}.${h}`, alone, from, own);
        forget(back, `${block}.${branch}.${h}`, [...new Set([...rows, ...(inAll[h] ?? [])])], {
          tensor: gQkv,
          stride: qkvWidth(spec),
          col: branchColumns(spec, branch).begin + h * spec.dHead,
        });
      }
    }
    if (attnIn) {
      at(back, inKey!, attnIn);
      for (const [h, rows] of inAll.entries())
        addRows(back, `${block}.in.${h}`, rows, { ...attnIn, col: h * D }, own);
    }
  }
  const W = `${block}.attn.W_QKV`;
  projectBack(ctx, { label: 'qkv back', g: gQkv, K: D, N: qkvWidth(spec), W, out });
  normBeforeBack(back, { ln: `${block}.ln1`, g: out });
  if (isAny) addTo(ctx, `${block} copies`, rowSlot(ctx, own), rowSlot(ctx, out), D);
}

/** The gradient of each head's copy of the stream, [R, heads, D]. */
function copiesBack(back: Back, block: string, branch: Branch, gQkv: string): string {
  const { ctx } = back;
  const { spec, rows } = ctx;
  const { dModel: D, dHead: K } = spec;
  const heads = branchHeads(spec, branch);
  const { begin, width } = branchColumns(spec, branch);
  const copies = gradient(ctx, 'copies', spec.nHeads * D);
  const own = gradient(ctx, 'copies_branch', spec.nHeads * K);
  const from = { tensor: gQkv, stride: qkvWidth(spec), col: begin };
  copyRows(ctx, `${block} ${branch}`, allRows(ctx), [from, wholeSlot(own, width)], width);
  projectHeadsBack(ctx, {
    label: `${block} ${branch} by head back`,
    heads,
    W: headWeights(ctx, block, begin).W,
    g: { tensor: own, stride: width, head: K },
    out: { tensor: copies, stride: heads * D, head: D },
    K: D,
    N: K,
  });
  if (isNormedBefore(spec)) {
    const x = copyOf(back, block, branch);
    unseenNormBack(back, { ln: `${block}.ln1`, g: copies }, x, rows.count * heads);
  }
  return copies;
}

/** The copies that a branch read, [R, heads, D]. */
function copyOf(back: Back, block: string, branch: Branch): string {
  return kept(back, `${block}.hook_${branch}_input`).tensor;
}

/** to += some rows of `from`. */
function addRows({ ctx }: Back, name: string, rows: readonly number[], from: Columns, to: string): void {
  if (rows.length === 0) return;
  const table = () => Uint32Array.from(rows.flatMap((row) => [row, row]));
  const by = { name: `copies.${name}`, rows: rows.length, table, weight: 1 };
  copyRows(ctx, `copies ${name}`, by, [from, rowSlot(ctx, to)], ctx.spec.dModel);
}

/** Sets K columns of some rows to 0: written heads do not read the shared norm. */
function forget({ ctx }: Back, name: string, rows: readonly number[], to: Columns): void {
  if (rows.length === 0) return;
  const entries = () => Uint32Array.from(rows.flatMap((row) => [row, 0]));
  const K = ctx.spec.dHead;
  const zeros = gradient(ctx, 'zeros', K);
  clear(ctx, { tensor: zeros, stride: K, col: 0 }, K, 1);
  const by = { name: `forget.${name}`, rows: rows.length, table: entries };
  copyRows(ctx, `forget ${name}`, by, [{ tensor: zeros, stride: K, col: 0 }, to], K);
}
