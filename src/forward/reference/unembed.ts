/** From the last residual stream to the logits in float64. */
import type { DenseHead } from '../../model/denseHead';
import { ACTIVATIONS, linear, type Matrix, softcapped } from './math';
import { norm } from './norm';
import { type Pass, matrix, optional } from './pass';

/** [T, D] -> logits [T, V]. */
export function unembed(pass: Pass, stream: Float64Array): Float64Array {
  const { spec, T, at } = pass;
  const read = at('unembed.hook_in', stream.slice());
  const logits = linear(
    read,
    T,
    unembedding(pass),
    { first: 0, width: spec.dVocab },
    optional(pass, spec.bias.unembed, 'unembed.b_U'),
  );
  const scaled = logits.map((x) => softcapped(spec.logitScale * x, spec.logitSoftcap));
  return at('unembed.hook_out', scaled);
}

/** D inputs, V outputs. */
export function unembedding({ spec, weight }: Pick<Pass, 'spec' | 'weight'>): Matrix {
  const data = weight(spec.tied ? 'embed.W_E' : 'unembed.W_U');
  return { data, stride: spec.dModel, orientation: 'out-in' };
}

/** An encoder's head before the unembedding: dense, activation, norm (if any); [T, D] -> [T, D]. */
export function throughDense(pass: Pass, stream: Float64Array, head: DenseHead): Float64Array {
  const { spec, T, weight, at } = pass;
  const D = spec.dModel;
  const W = matrix(pass, `${head.name}.W`, D, D);
  const pre = at(head.pre, linear(stream, T, W, { first: 0, width: D }, weight(`${head.name}.b`)));
  const post = at(head.post, pre.map(ACTIVATIONS[spec.headAct]));
  return head.norm === null ? post : norm(pass, head.norm, post);
}
