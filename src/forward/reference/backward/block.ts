/** One block backward: MLP and attention, and norms of the stream itself. */
import { sum } from '../math';
import { attentionBackward } from './attention';
import { mlpBackward } from './mlp';
import { normBackward } from './norm';
import type { BackwardPass } from './pass';

/** Block l: g of the stream after it, [T, D] -> of the stream before it. */
export function blockBackward(back: BackwardPass, l: number, g: Float64Array): Float64Array {
  const { spec, at } = back;
  const name = `blocks.${l}`;
  const isPost = spec.placement === 'post';
  const normed = isPost ? normBackward(back, `${name}.ln2`, at(`${name}.hook_normalized_resid_post`, g)) : g;
  const residPost = at(`${name}.hook_resid_post`, normed);
  if (spec.dMlp === 0)
    return at(`${name}.hook_resid_pre`, sum(residPost, attentionBackward(back, l, residPost)));
  const mlpIn = mlpBackward(back, l, residPost);
  if (spec.parallel) {
    const branches = sum(attentionBackward(back, l, residPost), mlpIn);
    return at(`${name}.hook_resid_pre`, sum(residPost, branches));
  }
  let stream = sum(residPost, mlpIn);
  if (isPost) stream = normBackward(back, `${name}.ln1`, at(`${name}.hook_normalized_resid_mid`, stream));
  const residMid = at(`${name}.hook_resid_mid`, stream);
  return at(`${name}.hook_resid_pre`, sum(residMid, attentionBackward(back, l, residMid)));
}
