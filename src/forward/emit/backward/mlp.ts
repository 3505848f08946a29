/** The MLP of one block backward: product, activation (gated or not), product, norm. */
import { ACT } from '../../../gpu/kernels/matmul';
import { expertsOf } from '../../../model/spec';
import { dispatch, rowSlot } from '../context';
import { scaleOutput } from '../scale';
import { wholeSlot } from '../slots';
import { at } from './at';
import { addTo, type Back, gradient, kept } from './back';
import { expertsBack } from './experts';
import { normAfterBack, normBeforeBack } from './norm';
import { projectBack } from './products';

/** g [R, D]: of the stream that block l's MLP adds to; becomes that of its copy of the stream. */
export function mlpBack(back: Back, l: number, g: string): void {
  const { ctx } = back;
  const block = `blocks.${l}`;
  at(back, `${block}.hook_mlp_out`, rowSlot(ctx, g));
  normAfterBack(back, { ln: `${block}.ln2`, g });
  scaleOutput(ctx, `${block} mlp back`, g, ctx.spec.dModel);
  if (expertsOf(ctx.spec, l)) expertsBack(back, l, g);
  else denseBack(back, block, g);
  normBeforeBack(back, { ln: `${block}.ln2`, g });
  at(back, `${block}.hook_mlp_in`, rowSlot(ctx, g));
}

/** g [R, D]: of the products' output; becomes that of their input. */
function denseBack(back: Back, block: string, g: string): void {
  const { ctx } = back;
  const { dModel: D, dMlp: M, mlp } = ctx.spec;
  const key = (name: string) => `${block}.mlp.${name}`;
  const through = (letter: 'gate' | 'in', from: string, out: string): void =>
    projectBack(ctx, { label: `mlp ${letter} back`, g: from, K: D, N: M, W: key(`W_${letter}`), out });
  const post = gradient(ctx, 'hidden', M);
  projectBack(ctx, { label: 'mlp out back', g, K: M, N: D, W: key('W_out'), out: post });
  at(back, key('hook_post'), wholeSlot(post, M));
  const pre = kept(back, key('hook_pre')).tensor;
  const params = { row0: 0, rows: ctx.rows.count, width: M, act: ACT[mlp.act] };
  if (!mlp.gated) {
    dispatch(ctx, 'activate_back', { label: `${block} act back`, buffers: [pre, post], params });
    at(back, key('hook_pre'), wholeSlot(post, M));
    through('in', post, g);
    return;
  }
  const linear = kept(back, key('hook_pre_linear')).tensor;
  const [toPre, toLinear] = [gradient(ctx, 'hidden_pre', M), gradient(ctx, 'hidden_linear', M)];
  dispatch(ctx, 'gate_back', {
    label: `${block} gate back`,
    buffers: [post, pre, linear, toPre, toLinear],
    params: { ...params, limit: 0 },
  });
  at(back, key('hook_pre'), wholeSlot(toPre, M));
  at(back, key('hook_pre_linear'), wholeSlot(toLinear, M));
  const more = gradient(ctx, 'more', D);
  through('gate', toPre, g);
  through('in', toLinear, more);
  addTo(ctx, `${block} mlp back`, rowSlot(ctx, more), rowSlot(ctx, g), D);
}
