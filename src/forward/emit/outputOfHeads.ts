/** Attention's output: attn_out = residScale (z W_O + b_O), then a norm if the family has one. */
import { headsOut } from './branchParts';
import { type Ctx, dispatch, scratch, unread } from './context';
import { norm } from './norm';
import { project, projectHeads } from './products';
import { scaleOutput } from './scale';
import { isTouched, isWritten } from './sites';
import { wholeSlot } from './slots';
import { touch } from './touch';

/** Head by head if anything reads or writes `hook_result`. */
export function outputOfHeads(ctx: Ctx, block: string, z: string): void {
  const { spec } = ctx;
  const { dModel: D, nHeads: H, dHead: K } = spec;
  const ln = { sandwich: 'ln1_post', 'branch-end': 'ln1', pre: null, post: null, none: null }[spec.placement];
  const delta = scratch(ctx, 'delta', D);
  const raw = ln ? scratch(ctx, 'branch_raw', D) : delta;
  const key = `${block}.attn.hook_result`;
  const b = spec.bias.o ? `${block}.attn.b_O` : null;
  const result = isTouched(ctx, key) ? resultOfHeads(ctx, block, z) : null;
  if (result) touch(ctx, key, wholeSlot(result, H * D));
  if (result && isWritten(ctx, key)) {
    dispatch(ctx, 'sum_heads', {
      label: `${block} sum heads`,
      buffers: [result, b ?? unread(ctx), raw],
      params: { row0: 0, rows: ctx.rows.count, H, D, biasScale: b === null ? 0 : spec.residScale },
    });
  } else {
    const W = `${block}.attn.W_O`;
    project(ctx, { label: 'attn_out', a: z, K: H * K, N: D, W, b, out: raw });
    scaleOutput(ctx, 'attn_out', raw, D);
  }
  if (ln) norm(ctx, `${block}.${ln}`, raw, delta);
}

/** The output of each head, [R, H, D]. */
function resultOfHeads(ctx: Ctx, block: string, z: string): string {
  const { dModel: D, nHeads: H, dHead: K } = ctx.spec;
  const result = scratch(ctx, 'result_by_head', H * D);
  projectHeads(ctx, {
    label: `${block} result`,
    heads: H,
    a: { tensor: z, stride: H * K, head: K },
    W: headsOut(ctx, block),
    b: null,
    out: { tensor: result, stride: H * D, head: D },
    K,
    N: D,
  });
  scaleOutput(ctx, `${block} result`, result, H * D);
  return result;
}
