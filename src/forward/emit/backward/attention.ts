/** The attention of one block backward: heads, values, pattern, scores, queries and keys. */
import { NO_WINDOW } from '../../../gpu/kernels/attention';
import { branchColumns, qkvWidth, rotaryTableOf } from '../../../model/spec';
import { BRANCHES, headsOut } from '../branchParts';
import { copyRows, dispatch, scratch, unread, rowSlot } from '../context';
import { keyTables } from '../keys';
import { turn } from '../rotary';
import { scaleOutput } from '../scale';
import { isWritten } from '../sites';
import { type Slot, wholeSlot } from '../slots';
import { at } from './at';
import { addTo, allRows, type Back, clear, gradient, isUsed, kept, keptBefore } from './back';
import { unmasked } from './edits';
import { clippedKey } from './keeps';
import { branchNormBack, normAfterBack } from './norm';
import { projectBack, projectHeadsBack } from './products';

/**
 * g [R, D]: of the stream that block l's attention adds to. Returns that of its queries, keys and
 * values, [R, (H+2G)K]; g is free then.
 */
export function attentionBack(back: Back, l: number, g: string): string {
  const { ctx } = back;
  const { spec } = ctx;
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  const block = `blocks.${l}`;
  at(back, `${block}.hook_attn_out`, rowSlot(ctx, g));
  normAfterBack(back, { ln: `${block}.ln1`, g });
  const z = headsBack(back, block, g);
  at(back, `${block}.attn.hook_z`, wholeSlot(z, H * K));
  const gQkv = gradient(ctx, 'qkv', qkvWidth(spec));
  const scores = mixedBack(back, l, z, gQkv);
  scoresBack(back, l, scores, gQkv);
  const columns = (branch: 'q' | 'k' | 'v'): Slot => {
    const { begin: col, width } = branchColumns(spec, branch);
    return { tensor: gQkv, stride: qkvWidth(spec), col, width };
  };
  if (rotaryTableOf(spec, l) !== null) {
    for (const branch of ['q', 'k'] as const) at(back, `${block}.attn.hook_rot_${branch}`, columns(branch));
    turn(ctx, l, gQkv, -1);
  }
  if (spec.attention.qkNorm !== 'none')
    for (const branch of ['q', 'k'] as const) {
      const own = columns(branch);
      const alone = wholeSlot(gradient(ctx, 'branch', Math.max(H, G) * K), own.width);
      copyRows(ctx, `${block} ${branch} gather`, allRows(ctx), [own, alone], own.width);
      branchNormBack(back, block, branch, alone.tensor);
      copyRows(ctx, `${block} ${branch} scatter`, allRows(ctx), [alone, own], own.width);
    }
  for (const branch of BRANCHES) at(back, `${block}.attn.hook_${branch}`, columns(branch));
  const { clipQkv } = spec.attention;
  if (clipQkv !== null)
    dispatch(ctx, 'clip_back', {
      label: `${block} clip back`,
      buffers: [kept(back, clippedKey(l)).tensor, gQkv],
      params: { row0: 0, rows: ctx.rows.count, width: qkvWidth(spec), most: clipQkv },
    });
  return gQkv;
}

/** g [R, D] -> of z [R, H, K], by head if a run reads or writes the heads' results. */
function headsBack(back: Back, block: string, g: string): string {
  const { ctx } = back;
  const { nHeads: H, dModel: D, dHead: K } = ctx.spec;
  const z = gradient(ctx, 'z', H * K);
  const key = `${block}.attn.hook_result`;
  if (!isUsed(back, key)) {
    scaleOutput(ctx, `${block} attn_out back`, g, D);
    projectBack(ctx, { label: 'attn_out back', g, K: H * K, N: D, W: `${block}.attn.W_O`, out: z });
    return z;
  }
  const result = gradient(ctx, 'result', H * D);
  const params = { row0: 0, rows: ctx.rows.count, H, D };
  dispatch(ctx, 'repeat_heads', { label: `${key} back`, buffers: [g, result], params });
  at(back, key, wholeSlot(result, H * D));
  scaleOutput(ctx, `${block} result back`, result, H * D);
  projectHeadsBack(ctx, {
    label: `${block} result back`,
    heads: H,
    W: headsOut(ctx, block),
    g: { tensor: result, stride: H * D, head: D },
    out: { tensor: z, stride: H * K, head: K },
    K,
    N: D,
  });
  return z;
}

/** What kernels of block l's attention need to know of its shape. */
function shapeOf({ ctx }: Back, l: number) {
  const { nHeads: H, nKvHeads: G, dHead: K, attention } = ctx.spec;
  const { causal, windows } = attention;
  const T = ctx.sweep.T;
  const seen = { causal: Number(causal), window: windows[l] ?? NO_WINDOW };
  return { row0: 0, rows: ctx.rows.count, T, H, G, K, ...seen };
}

/** z [R, H, K]: its gradient. Writes that of the values to gQkv; returns that of the scores, [R, H, T]. */
function mixedBack(back: Back, l: number, z: string, gQkv: string): string {
  const { ctx, frozen } = back;
  const { spec, rows } = ctx;
  const shape = shapeOf(back, l);
  const { T, H, G, K } = shape;
  const attn = `blocks.${l}.attn`;
  const key = `${attn}.hook_pattern`;
  const { sequences, keys } = keyTables(ctx, l);
  const located = [rows.table, sequences, keys];
  const full = Number(isWritten(ctx, key) || isWritten(ctx, `${attn}.hook_attn_scores`));
  const flops = 2 * H * K * (full || !spec.attention.causal ? T * rows.count : rows.seen);
  const g = gradient(ctx, 'pattern', H * T);
  dispatch(ctx, 'pattern_back', {
    label: `${attn} pattern back`,
    buffers: [z, kept(back, `qkv.${l}`).tensor, ...located, g],
    params: { row0: 0, rows: rows.count, T, H, G, K },
    flops: 2 * H * K * T * rows.count,
  });
  dispatch(ctx, 'mix_back', {
    label: `${attn} values back`,
    buffers: [kept(back, key).tensor, z, ...located, gQkv],
    params: { ...shape, full, xStride: H * K, outStride: qkvWidth(spec), outCol: (H + G) * K },
    flops,
  });
  at(back, key, wholeSlot(g, H * T));
  if (frozen.pattern) clear(ctx, wholeSlot(g, H * T), H * T);
  else {
    const params = { row0: 0, rows: rows.count, T, H };
    const buffers = [keptBefore(back, key).tensor, g];
    dispatch(ctx, 'softmax_back', { label: `${attn} softmax back`, buffers, params });
  }
  at(back, `${attn}.hook_attn_scores`, wholeSlot(g, H * T));
  return g;
}

/** g [R, H, T]: of the scores. Writes the gradients of queries and keys to gQkv. */
function scoresBack(back: Back, l: number, g: string, gQkv: string): void {
  const { ctx, arrived } = back;
  const { H, G, K, T } = shapeOf(back, l);
  const allowed = arrived.get(unmasked(`blocks.${l}.attn.hook_attn_scores`));
  ofQueriesAndKeys(back, l, { g, full: 0, out: gQkv });
  if (!allowed) return;
  const more = gradient(ctx, 'qkv_allowed', qkvWidth(ctx.spec));
  ofQueriesAndKeys(back, l, { g: allowed.tensor, full: 1, out: more });
  const part = (tensor: string) => ({ tensor, stride: qkvWidth(ctx.spec), col: 0 });
  addTo(ctx, `allowed ${l}`, part(more), part(gQkv), (H + G) * K);
  // The next block's masks begin anew.
  clear(ctx, allowed, H * T);
}

interface ScoresBack {
  readonly g: string;
  /** Over all keys, as if there were no mask. */
  readonly full: 0 | 1;
  readonly out: string;
}

function ofQueriesAndKeys(back: Back, l: number, { g, full, out }: ScoresBack): void {
  const { ctx } = back;
  const { spec, rows } = ctx;
  const shape = shapeOf(back, l);
  const { T, H, K } = shape;
  const { scale, softcap, causal } = spec.attention;
  const attn = `blocks.${l}.attn`;
  const qkv = kept(back, `qkv.${l}`).tensor;
  const { sequences, keys } = keyTables(ctx, l);
  const located = [rows.table, sequences, keys];
  const flops = 2 * H * K * (full || !causal ? T * rows.count : rows.seen);
  let capped = unread(ctx);
  if (softcap !== null) {
    capped = scratch(ctx, 'scores_capped', H * T);
    const seen = full ? { causal: 0, window: NO_WINDOW } : {};
    dispatch(ctx, 'scores', {
      label: `${attn} scores again`,
      buffers: [qkv, qkv, ...located, capped],
      params: { ...shape, scale, softcap, ...seen },
      flops,
    });
  }
  dispatch(ctx, 'scale_back', {
    label: `${attn} scores back`,
    buffers: [capped, g],
    params: { row0: 0, rows: rows.count, width: H * T, scale, cap: softcap ?? 0 },
  });
  const q = gradient(ctx, 'queries', H * K);
  dispatch(ctx, 'mix', {
    label: `${attn} queries back`,
    buffers: [g, qkv, qkv, ...located, q],
    params: { ...shape, full, col: H * K },
    flops,
  });
  const stride = qkvWidth(spec);
  copyRows(
    ctx,
    `${attn} queries`,
    allRows(ctx),
    [wholeSlot(q, H * K), { tensor: out, stride, col: 0 }],
    H * K,
  );
  dispatch(ctx, 'mix_back', {
    label: `${attn} keys back`,
    buffers: [g, qkv, ...located, out],
    params: { ...shape, full, xStride: stride, outStride: stride, outCol: H * K },
    flops,
  });
}
