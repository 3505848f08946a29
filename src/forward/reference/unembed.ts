/** From the last residual stream to the logits in float64. */
import { ACTIVATIONS, linear, softcapped } from './math';
import { norm } from './norm';
import { type Pass, matrix, optional } from './pass';

/** [T, D] -> logits [T, V]. */
export function unembed(pass: Pass, stream: Float64Array): Float64Array {
  const { spec, T, weight, at } = pass;
  const { dModel: D, dVocab: V } = spec;
  const read = at('unembed.hook_in', stream.slice());
  const data = weight(spec.tied ? 'embed.W_E' : 'unembed.W_U');
  const logits = linear(
    read,
    T,
    { data, stride: D, orientation: 'out-in' },
    { first: 0, width: V },
    optional(pass, spec.bias.unembed, 'unembed.b_U'),
  );
  return at(
    'unembed.hook_out',
    logits.map((x) => softcapped(x, spec.logitSoftcap)),
  );
}

/** BERT's head before the unembedding: dense, activation, norm; [T, D] -> [T, D]. */
export function mlmHead(pass: Pass, stream: Float64Array): Float64Array {
  const { spec, T, weight, at } = pass;
  const D = spec.dModel;
  const W = matrix(pass, 'mlm_head.W', D, D);
  const pre = at('mlm_head.hook_pre', linear(stream, T, W, { first: 0, width: D }, weight('mlm_head.b')));
  const post = at('mlm_head.hook_post', pre.map(ACTIVATIONS[spec.headAct]));
  return norm(pass, 'mlm_head.ln', post);
}
