/** From the logits back to the last residual stream. */
import type { DenseHead } from '../../../model/denseHead';
import { unembedding } from '../unembed';
import { matrix } from '../pass';
import { capSlope, linearBackward, SLOPES } from './math';
import { normBackward } from './norm';
import type { BackwardPass } from './pass';

/** The gradient of the logits [T, V] arrives from the seed -> of what the unembedding reads, [T, D]. */
export function unembedBackward(back: BackwardPass): Float64Array {
  const { spec, T, at, values } = back;
  const { before } = values('unembed.hook_out');
  const logits = at('unembed.hook_out', new Float64Array(before.length)).map(
    (value, i) => value * capSlope(before[i]!, spec.logitSoftcap) * spec.logitScale,
  );
  return at('unembed.hook_in', linearBackward(logits, T, unembedding(back), spec.dModel));
}

/** An encoder's head before the unembedding: norm (if any), activation, dense; [T, D] -> [T, D]. */
export function throughDenseBackward(back: BackwardPass, g: Float64Array, head: DenseHead): Float64Array {
  const { spec, T, at, values } = back;
  const D = spec.dModel;
  const post = at(head.post, head.norm === null ? g : normBackward(back, head.norm, g));
  const slope = SLOPES[spec.headAct];
  const x = values(head.pre).after;
  const pre = at(
    head.pre,
    post.map((value, i) => value * slope(x[i]!)),
  );
  return linearBackward(pre, T, matrix(back, `${head.name}.W`, D, D), D);
}
