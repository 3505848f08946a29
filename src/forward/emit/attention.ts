/** The attention half of a transformer block as steps. Unused sites are fused away. */
import { NO_WINDOW } from '../../gpu/kernels/attention';
import { branchColumns, qkvWidth } from '../../model/spec';
import { isRewrite } from '../request/rewrites';
import { clippedKey } from './backward/keeps';
import { BRANCHES } from './branchParts';
import { branchInputs } from './branches';
import { type Ctx, copyRows, declare, dispatch, scratch, table, unread, rowSlot } from './context';
import { wholeSlot } from './slots';
import { keep } from './keep';
import { keyTables } from './keys';
import { isNormTouched, sum, sumAndNorm, sumToNormedStream } from './norm';
import { outputOfHeads } from './outputOfHeads';
import { project } from './products';
import { normBranch } from './qkNorm';
import { rotate } from './rotary';
import { type RowMap, rowsOf } from './rows';
import { hasEdit, isTouched, isWritten } from './sites';
import { touch } from './touch';

export function attention(ctx: Ctx, l: number): void {
  const { spec } = ctx;
  const block = `blocks.${l}`;
  const x = attentionInput(ctx, l);
  const stride = qkvWidth(spec);
  const qkv = scratch(ctx, 'qkv', stride);
  project(ctx, {
    label: 'qkv',
    a: x,
    K: spec.dModel,
    N: stride,
    W: `${block}.attn.W_QKV`,
    b: spec.bias.qkv ? `${block}.attn.b_QKV` : null,
    out: qkv,
  });
  branchInputs(ctx, block, qkv);
  clip(ctx, l, qkv);
  for (const branch of BRANCHES) {
    const { begin, width } = branchColumns(spec, branch);
    touch(ctx, `${block}.attn.hook_${branch}`, { tensor: qkv, stride, col: begin, width });
  }
  if (spec.attention.qkNorm !== 'none')
    for (const branch of ['q', 'k'] as const) normBranch(ctx, block, branch, qkv);
  rotate(ctx, l, qkv);
  keep(ctx, `qkv.${l}`, wholeSlot(qkv, stride));
  remember(ctx, l, qkv);
  attend(ctx, l, qkv);
}

/** The input of queries, keys and values. */
function attentionInput(ctx: Ctx, l: number): string {
  const { placement, embedNorm } = ctx.spec;
  const announce = `blocks.${l}.hook_resid_pre`;
  if (l === 0 && embedNorm) return sumToNormedStream(ctx, 0, 'embed.ln', announce);
  if (l > 0 && placement === 'post') return sumToNormedStream(ctx, 2 * l, `blocks.${l - 1}.ln2`, announce);
  if (placement === 'pre' || placement === 'sandwich') return sumAndNorm(ctx, 2 * l, `blocks.${l}.ln1`);
  sum(ctx, 2 * l);
  return ctx.resid;
}

/** After every projection, including those of single heads. */
function clip(ctx: Ctx, l: number, qkv: string): void {
  const block = `blocks.${l}`;
  const { clipQkv } = ctx.spec.attention;
  if (clipQkv === null) return;
  const params = { row0: 0, rows: ctx.rows.count, width: qkvWidth(ctx.spec), most: clipQkv };
  dispatch(ctx, 'clip', { label: `${block} clip`, buffers: [qkv], params });
  keep(ctx, clippedKey(l), wholeSlot(qkv, qkvWidth(ctx.spec)));
}

/** While decoding, stores keys and values for passes over later positions. */
function remember(ctx: Ctx, l: number, qkv: string): void {
  const { spec, sweep, rows } = ctx;
  const { past } = sweep;
  if (!past) return;
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const stride = qkvWidth(spec);
  const kv = declare(ctx, `kv.${l}`, 'cache', past.rows * stride);
  const pairs = (): Uint32Array => {
    const out = new Uint32Array(2 * rows.count);
    for (const { member, positions, first } of rows.segments)
      for (const [i, t] of positions.entries()) out.set([past.rowOf(member, t), first + i], 2 * (first + i));
    return out;
  };
  const from = { tensor: qkv, stride, col: H * K };
  const by = { name: 'kv rows', rows: rows.count, table: pairs };
  copyRows(ctx, `remember ${l}`, by, [from, { ...from, tensor: kv }], 2 * G * K);
}

/** Scores, pattern and output of all heads, for the rows that continue. */
function attend(ctx: Ctx, l: number, qkv: string): void {
  const { spec, sweep } = ctx;
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const { causal, scale, softcap, windows } = spec.attention;
  const { T } = sweep;
  const block = `blocks.${l}`;
  const [scoresKey, patternKey] = [`${block}.attn.hook_attn_scores`, `${block}.attn.hook_pattern`];
  const { sequences, keys } = keyTables(ctx, l);
  const before = ctx.rows;
  const queries = l === spec.nLayers - 1 ? neededRows(ctx) : before;
  ctx.rows = queries;
  if (queries.count === 0) return;
  const base = baseTensor(ctx, l, qkv);
  const inputs = [qkv, base, queries.table, sequences, keys];
  const isFull = isWritten(ctx, scoresKey) || isWritten(ctx, patternKey);
  const flops = 2 * H * K * (isFull || !causal ? T * queries.count : queries.seen);
  const window = windows[l] ?? NO_WINDOW;
  const shape = { row0: 0, rows: queries.count, T, H, G, K, causal: Number(causal), window };
  const scaled = { ...shape, scale, softcap: softcap ?? 0 };
  const pattern = scratch(ctx, 'pattern', H * T);
  let scores: string | undefined;
  const { sinks } = spec.attention;
  if (sinks || isTouched(ctx, scoresKey) || hasEdit(ctx, patternKey, ({ op }) => isRewrite(op))) {
    scores = scratch(ctx, 'scores', H * T);
    const buffers = [...inputs, scores];
    dispatch(ctx, 'scores', { label: `${block} scores`, buffers, params: scaled, flops });
    const unmasked = hasEdit(ctx, scoresKey, ({ source }) => source?.kind === 'unmasked')
      ? scratch(ctx, 'scores_unmasked', H * T)
      : undefined;
    if (unmasked)
      dispatch(ctx, 'scores', {
        label: `${block} scores unmasked`,
        buffers: [...inputs, unmasked],
        params: { ...scaled, causal: 0, window: NO_WINDOW },
        flops: 2 * H * K * T * queries.count,
      });
    touch(ctx, scoresKey, wholeSlot(scores, H * T), unmasked === undefined ? {} : { beside: unmasked });
    dispatch(ctx, 'softmax', {
      label: `${block} softmax`,
      buffers: [scores, sinks ? `${block}.attn.sinks` : unread(ctx), pattern],
      params: { row0: 0, rows: queries.count, T, H, hasSinks: Number(sinks) },
    });
  } else {
    const buffers = [...inputs, pattern];
    dispatch(ctx, 'attend', { label: `${block} attend`, buffers, params: scaled, flops });
  }
  touch(ctx, patternKey, wholeSlot(pattern, H * T), scores === undefined ? {} : { beside: scores });
  if (isReadFromMix(ctx, l)) {
    const z = scratch(ctx, 'z', H * K);
    dispatch(ctx, 'mix', {
      label: `${block} mix`,
      buffers: [pattern, ...inputs, z],
      params: { ...shape, full: Number(isFull), col: (H + G) * K },
      flops,
    });
    touch(ctx, `${block}.attn.hook_z`, wholeSlot(z, H * K));
    outputOfHeads(ctx, block, z);
  }
  if (before !== queries) gatherResid(ctx, before);
}

/** Whether anything after the pattern is read. */
function isReadFromMix(ctx: Ctx, l: number): boolean {
  if (ctx.sweep.lastStage > 2 * l) return true;
  const block = `blocks.${l}`;
  return (
    isTouched(ctx, `${block}.attn.hook_z`) ||
    isTouched(ctx, `${block}.attn.hook_result`) ||
    isNormTouched(ctx, `${block}.ln1_post`) ||
    (ctx.spec.placement === 'branch-end' && isNormTouched(ctx, `${block}.ln1`))
  );
}

/** The tensor with the keys that are not in `qkv`. */
function baseTensor({ sweep, earlier }: Ctx, l: number, qkv: string): string {
  if (sweep.past) return `kv.${l}`;
  return sweep.baseSweep === null ? qkv : earlier(sweep.baseSweep, `qkv.${l}`).slot.tensor;
}

/** After the last attention, only the needed rows continue. */
function neededRows(ctx: Ctx): RowMap {
  const { sweep, rows } = ctx;
  const needed = rows.filter('table.rows.needed', (m, t) => sweep.needed[m]?.has(t) ?? false);
  if (needed.count === rows.count) return rows;
  table(ctx, 'rows.needed', () => needed.data);
  return needed;
}

/** The residual stream of the rows that continue, in their new order. */
function gatherResid(ctx: Ctx, before: RowMap): void {
  const from = rowSlot(ctx, ctx.resid);
  ctx.resid = scratch(ctx, 'resid_needed', ctx.spec.dModel);
  const by = { name: 'gather', rows: ctx.rows.count, table: () => rowsIn(ctx, before), first: 0 };
  copyRows(ctx, 'gather', by, [from, rowSlot(ctx, ctx.resid)], ctx.spec.dModel);
}

/** Indices of the current rows in the earlier map. */
function rowsIn({ rows, sweep }: Ctx, before: RowMap): Uint32Array {
  const out = new Uint32Array(rows.count);
  for (const { member, positions, first } of rows.segments)
    out.set(rowsOf(before, sweep.members[member]!, positions), first);
  return out;
}
