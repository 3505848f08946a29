/**
 * The transformer of every `ModelSpec` in float64, plain loops: what `reference.ts` runs. The sites' meaning per
 * architecture is that of `model/sites.ts`; the architectures' sources are Hugging Face's modeling files.
 *
 * A tensor is one Float64Array of T rows x width, row-major; rows of scores and pattern are query positions with
 * H x S columns.
 */
import type { ModelSpec } from '../../model/spec';
import { attention } from './attention';
import { ACTIVATIONS, linear, rowsOf, softcapped, sum } from './math';
import { type Pass, type WeightReader, matrix, norm, optional } from './pass';

/** Runs the model on `tokens`; `at(name, x)` may change x in place. Returns logits [T, V], or null if it has no head. */
export function transformer(
  spec: ModelSpec,
  weight: WeightReader,
  tokens: readonly number[],
  at: Pass['at'],
): Float64Array | null {
  const pass: Pass = { spec, T: tokens.length, weight, at };
  let stream = embedding(pass, tokens);
  for (let l = 0; l < spec.nLayers; l++) stream = block(pass, l, stream);
  if (spec.finalNorm) stream = norm(pass, 'ln_final', stream);
  if (spec.head === 'none') return null;
  if (spec.head === 'mlm') stream = mlmHead(pass, stream);
  return unembedding(pass, stream);
}

/** The stream before block 0, [T, D]: token, position and token-type embeddings, normalised where the model does so. */
function embedding(pass: Pass, tokens: readonly number[]): Float64Array {
  const { spec, weight, at } = pass;
  const { dModel: D, positions } = spec;
  at('hook_tokens', Float64Array.from(tokens));
  const embedded = rowsOf(weight('embed.W_E'), tokens, D).map((x) => x * spec.embedScale);
  // A sum is a tensor of its own: editing one of its terms later must not change it.
  let stream: Float64Array = at('hook_embed', embedded).slice();
  if (positions.kind === 'learned') {
    const rows = tokens.map((_, t) => t + positions.offset);
    stream = sum(stream, at('hook_pos_embed', rowsOf(weight('pos_embed.W_pos'), rows, D)));
  }
  if (spec.nTokenTypes > 0) {
    const types = tokens.map(() => 0);
    stream = sum(stream, at('hook_token_type_embed', rowsOf(weight('embed.W_token_type'), types, D)));
  }
  return spec.embedNorm ? norm(pass, 'embed.ln', stream) : stream;
}

/** Block l: the stream before it, [T, D] -> the stream after it. */
function block(pass: Pass, l: number, streamBefore: Float64Array): Float64Array {
  const { spec, at } = pass;
  const name = `blocks.${l}`;
  const isPost = spec.placement === 'post';
  const residPre = at(`${name}.hook_resid_pre`, streamBefore);
  const attnOut = attention(pass, l, residPre);
  let stream = sum(residPre, attnOut);
  if (spec.dMlp === 0) return at(`${name}.hook_resid_post`, stream);
  if (!spec.parallel) at(`${name}.hook_resid_mid`, stream);
  if (isPost) stream = at(`${name}.hook_normalized_resid_mid`, norm(pass, `${name}.ln1`, stream));
  // A copy that only the MLP reads: writing it leaves the stream as it is.
  const mlpIn = at(`${name}.hook_mlp_in`, (spec.parallel ? residPre : stream).slice());
  const residPost = at(`${name}.hook_resid_post`, sum(stream, mlp(pass, name, mlpIn)));
  if (!isPost) return residPost;
  return at(`${name}.hook_normalized_resid_post`, norm(pass, `${name}.ln2`, residPost));
}

/** A block's MLP on its copy of the stream [T, D]: what is added to the stream, `hook_mlp_out` [T, D]. */
function mlp(pass: Pass, name: string, mlpIn: Float64Array): Float64Array {
  const { spec, T, at } = pass;
  const { dModel: D, dMlp: M, placement } = spec;
  const hasNormBefore = placement === 'pre' || placement === 'sandwich';
  const x = hasNormBefore ? norm(pass, `${name}.ln2`, mlpIn) : mlpIn;
  const product = (input: Float64Array, letter: 'gate' | 'in' | 'out', inputs: number, outputs: number) =>
    linear(
      input,
      T,
      matrix(pass, `${name}.mlp.W_${letter}`, inputs, outputs),
      { first: 0, width: outputs },
      optional(pass, spec.bias.mlp, `${name}.mlp.b_${letter}`),
    );
  const pre = at(`${name}.mlp.hook_pre`, product(x, spec.mlp.gated ? 'gate' : 'in', D, M));
  const active = pre.map(ACTIVATIONS[spec.mlp.act]);
  const linearPart = spec.mlp.gated ? at(`${name}.mlp.hook_pre_linear`, product(x, 'in', D, M)) : null;
  const post = at(`${name}.mlp.hook_post`, linearPart ? active.map((a, i) => a * linearPart[i]!) : active);
  let out = product(post, 'out', M, D);
  if (placement === 'sandwich') out = norm(pass, `${name}.ln2_post`, out);
  if (placement === 'branch-end') out = norm(pass, `${name}.ln2`, out);
  return at(`${name}.hook_mlp_out`, out);
}

/** BERT's head before the unembedding: dense, activation, norm; [T, D] -> [T, D]. */
function mlmHead(pass: Pass, stream: Float64Array): Float64Array {
  const { spec, T, weight, at } = pass;
  const D = spec.dModel;
  const W = matrix(pass, 'mlm_head.W', D, D);
  const pre = at('mlm_head.hook_pre', linear(stream, T, W, { first: 0, width: D }, weight('mlm_head.b')));
  const post = at('mlm_head.hook_post', pre.map(ACTIVATIONS[spec.mlp.act]));
  return norm(pass, 'mlm_head.ln', post);
}

/** [T, D] -> logits [T, V]. */
function unembedding(pass: Pass, stream: Float64Array): Float64Array {
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
