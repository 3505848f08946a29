/** The MLP half of a transformer block as steps. */
import { ACT } from '../../gpu/kernels/matmul';
import { expertsOf } from '../../model/spec';
import { stagePair } from '../plan/stages';
import { type Ctx, copyWhole, dispatch, scratch, rowSlot } from './context';
import { experts, route } from './experts';
import { keep } from './keep';
import { addToStream, isNormTouched, norm, sum, sumAndNorm, sumToNormedStream } from './norm';
import { project } from './products';
import { scaleOutput } from './scale';
import { isTouched, isWritten } from './sites';
import { wholeSlot } from './slots';
import { touch } from './touch';

export function mlp(ctx: Ctx, l: number): void {
  const { spec } = ctx;
  const block = `blocks.${l}`;
  const stage = 2 * l + 1;
  const x = mlpInput(ctx, l);
  if (spec.parallel) {
    // The MLP reads the stream without attention's output, which is still in 'delta'.
    const { sum: key } = stagePair(spec, stage);
    addToStream(ctx, 'delta', key);
    keep(ctx, key, rowSlot(ctx, ctx.resid));
  }
  const isMixture = expertsOf(spec, l) !== null;
  if (isMixture) route(ctx, l, x);
  const post = isMixture ? null : mlpHidden(ctx, block, x);
  const ln = { sandwich: 'ln2_post', 'branch-end': 'ln2', pre: null, post: null, none: null }[spec.placement];
  const isRead = ctx.sweep.lastStage > stage || (ln !== null && isNormTouched(ctx, `${block}.${ln}`));
  if (!isRead) return;
  const out = scratch(ctx, 'delta', spec.dModel);
  const raw = ln ? scratch(ctx, 'branch_raw', spec.dModel) : out;
  if (post === null) experts(ctx, l, x, raw);
  else
    project(ctx, {
      label: 'mlp out',
      a: post,
      K: spec.dMlp,
      N: spec.dModel,
      W: `${block}.mlp.W_out`,
      b: spec.bias.mlp ? `${block}.mlp.b_out` : null,
      out: raw,
    });
  scaleOutput(ctx, 'mlp out', raw, spec.dModel);
  if (ln) norm(ctx, `${block}.${ln}`, raw, out);
}

/** The input of the first products: the norm of the stream, or of this branch's own copy. */
function mlpInput(ctx: Ctx, l: number): string {
  const { spec } = ctx;
  const block = `blocks.${l}`;
  const stage = 2 * l + 1;
  const ln = `${block}.ln2`;
  if (spec.placement === 'post') {
    sumToNormedStream(ctx, stage, `${block}.ln1`, `${block}.hook_normalized_resid_mid`);
    return ownCopy(ctx, block);
  }
  if (spec.placement === 'branch-end' || spec.placement === 'none') {
    sum(ctx, stage);
    return ownCopy(ctx, block);
  }
  if (!spec.parallel && !isWritten(ctx, `${block}.hook_mlp_in`)) {
    const x = sumAndNorm(ctx, stage, ln);
    touch(ctx, `${block}.hook_mlp_in`, rowSlot(ctx, ctx.resid));
    return x;
  }
  if (!spec.parallel) sum(ctx, stage);
  const x = scratch(ctx, 'x', spec.dModel);
  norm(ctx, ln, ownCopy(ctx, block), x);
  return x;
}

/** The stream, or a copy if this branch's input is written. */
function ownCopy(ctx: Ctx, block: string): string {
  const key = `${block}.hook_mlp_in`;
  let from = ctx.resid;
  if (isWritten(ctx, key)) {
    from = scratch(ctx, 'mlp_in', ctx.spec.dModel);
    copyWhole(ctx, `copy ${key}`, ctx.resid, from, ctx.spec.dModel);
  }
  touch(ctx, key, rowSlot(ctx, from));
  return from;
}

/** hook_post: the activations that W_out reads. */
function mlpHidden(ctx: Ctx, block: string, x: string): string {
  const { dModel: D, dMlp: M, mlp, bias } = ctx.spec;
  const params = { row0: 0, rows: ctx.rows.count, width: M, act: ACT[mlp.act] };
  const key = (name: string) => `${block}.mlp.${name}`;
  const product = (letter: 'gate' | 'in', out: string, act: number): void => {
    const b = bias.mlp ? key(`b_${letter}`) : null;
    project(ctx, { label: `mlp ${letter}`, a: x, K: D, N: M, W: key(`W_${letter}`), b, out, act });
  };
  const pre = scratch(ctx, 'hidden', M);
  if (mlp.gated) {
    const linear = scratch(ctx, 'hidden_linear', M);
    const post = scratch(ctx, 'activated', M);
    product('gate', pre, ACT.none);
    touch(ctx, key('hook_pre'), wholeSlot(pre, M));
    product('in', linear, ACT.none);
    touch(ctx, key('hook_pre_linear'), wholeSlot(linear, M));
    const buffers = [pre, linear, post];
    dispatch(ctx, 'gate', { label: `${block} gate`, buffers, params: { ...params, limit: 0 } });
    touch(ctx, key('hook_post'), wholeSlot(post, M));
    return post;
  }
  const isFused = !isTouched(ctx, key('hook_pre'));
  product('in', pre, isFused ? ACT[mlp.act] : ACT.none);
  let post = pre;
  if (!isFused) {
    touch(ctx, key('hook_pre'), wholeSlot(pre, M));
    post = scratch(ctx, 'activated', M);
    dispatch(ctx, 'activate', { label: `${block} act`, buffers: [pre, post], params });
  }
  touch(ctx, key('hook_post'), wholeSlot(post, M));
  return post;
}
