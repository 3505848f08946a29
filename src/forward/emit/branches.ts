/** Per-head copies of the stream as inputs of queries, keys and values, if they are used. */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { projectCuts } from './branchCuts';
import { BRANCHES, type Branch, headWeights, writtenRows } from './branchParts';
import { copyWhole, type Ctx, copyRows, dispatch, scratch } from './context';
import { wholeSlot } from './slots';
import { normRows } from './normRows';
import { projectHeads } from './products';
import { isOnlyCut, isTouched, isWritten } from './sites';
import { touch } from './touch';

/** Makes the copies that are used, and projects the heads of written ones again. */
export function branchInputs(ctx: Ctx, block: string, qkv: string): void {
  const { spec } = ctx;
  const { dModel: D, nHeads: H, nKvHeads: G } = spec;
  const inKey = H === G ? `${block}.hook_attn_in` : null;
  const isShared = inKey !== null && isTouched(ctx, inKey);
  const all = BRANCHES.map((branch) => ({ branch, key: `${block}.hook_${branch}_input` }));
  const isCut = ({ key }: (typeof all)[number]): boolean => !isShared && isOnlyCut(ctx, key);
  const branches = all.filter(isCut).map(({ branch }) => branch);
  if (branches.length > 0) projectCuts(ctx, block, branches, qkv);
  const left = all.filter((one) => !isCut(one) && (isShared || isTouched(ctx, one.key)));
  const attnIn = isShared ? repeated(ctx, inKey, 'attn_in', H) : null;
  if (attnIn) touch(ctx, inKey!, wholeSlot(attnIn, H * D));
  for (const { branch, key } of left) {
    const keys = isShared ? [key, inKey] : [key];
    const written = keys.some((one) => isWritten(ctx, one));
    if (!written && !isTouched(ctx, key)) continue;
    const heads = branchHeads(spec, branch);
    const copy = attnIn ? scratch(ctx, 'branch', H * D) : repeated(ctx, key, 'branch', heads);
    if (attnIn) copyWhole(ctx, `copy ${key}`, attnIn, copy, H * D);
    touch(ctx, key, wholeSlot(copy, heads * D));
    if (written) projectBranch(ctx, { block, branch, copy, keys, qkv });
  }
}

/** The stream repeated for every head, [R, heads, D]. */
function repeated(ctx: Ctx, label: string, id: string, heads: number): string {
  const { dModel: D, nHeads: H } = ctx.spec;
  const tensor = scratch(ctx, id, H * D);
  const params = { row0: 0, rows: ctx.rows.count, H: heads, D };
  dispatch(ctx, 'repeat_heads', { label, buffers: [ctx.resid, tensor], params });
  return tensor;
}

interface WrittenBranch {
  readonly block: string;
  readonly branch: Branch;
  readonly copy: string;
  /** The written sites. */
  readonly keys: readonly string[];
  readonly qkv: string;
}

/** Queries, keys or values of the written heads, each from its own copy of the stream. */
function projectBranch(ctx: Ctx, { block, branch, copy, keys, qkv }: WrittenBranch): void {
  const { spec } = ctx;
  const { dModel: D, dHead: K } = spec;
  const heads = branchHeads(spec, branch);
  const { begin, width } = branchColumns(spec, branch);
  const label = `${block} ${branch} by head`;
  let input = copy;
  if (spec.placement === 'pre' || spec.placement === 'sandwich') {
    input = scratch(ctx, 'branch_norm', spec.nHeads * D);
    const rows = ctx.rows.count * heads;
    normRows(ctx, { label: `${label} norm`, ln: `${block}.ln1`, rows, from: copy, to: input });
  }
  const out = scratch(ctx, 'branch_out', spec.nHeads * K);
  projectHeads(ctx, {
    label,
    heads,
    a: { tensor: input, stride: heads * D, head: D },
    ...headWeights(ctx, block, begin),
    out: { tensor: out, stride: width, head: K },
    K: D,
    N: K,
  });
  for (const [h, rows] of writtenRows(ctx, keys, heads).entries()) {
    if (rows.length === 0) continue;
    const pairs = () => Uint32Array.from(rows.flatMap((row) => [row, row]));
    const by = { name: `${block}.${branch}.${h}`, rows: rows.length, table: pairs };
    const from = { tensor: out, stride: width, col: h * K };
    const to = { tensor: qkv, stride: qkvWidth(spec), col: begin + h * K };
    copyRows(ctx, `${label} ${h}`, by, [from, to], K);
  }
}
