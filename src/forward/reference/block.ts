/** One block in float64: attention and MLP on the stream, and norms of the stream itself. */
import { attention } from './attention';
import { sum } from './math';
import { mlp } from './mlp';
import { norm } from './norm';
import type { Pass } from './pass';

/** Block l: the stream before it, [T, D] -> the stream after it. */
export function block(pass: Pass, l: number, streamBefore: Float64Array): Float64Array {
  const { spec, at } = pass;
  const name = `blocks.${l}`;
  const isPost = spec.placement === 'post';
  const residPre = at(`${name}.hook_resid_pre`, streamBefore);
  const attnOut = attention(pass, l, residPre);
  let stream = sum(residPre, attnOut);
  if (spec.dMlp === 0) return at(`${name}.hook_resid_post`, stream);
  if (!spec.parallel) at(`${name}.hook_resid_mid`, stream);
  if (isPost) stream = at(`${name}.hook_normalized_resid_mid`, norm(pass, `${name}.ln1`, stream));
  // A copy that only the MLP reads, so writing it does not change the stream.
  const mlpIn = at(`${name}.hook_mlp_in`, (spec.parallel ? residPre : stream).slice());
  const residPost = at(`${name}.hook_resid_post`, sum(stream, mlp(pass, l, mlpIn)));
  if (!isPost) return residPost;
  return at(`${name}.hook_normalized_resid_post`, norm(pass, `${name}.ln2`, residPost));
}
