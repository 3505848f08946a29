/** The embeddings in float64: token, position and token type. */
import { rowsOf, sum } from './math';
import { norm } from './norm';
import type { Pass } from './pass';

/**
 * The stream before block 0, [T, D]: token, position and token-type embeddings, normalised if the
 * model does so.
 */
export function embed(pass: Pass): Float64Array {
  const { spec, weight, tokens, at } = pass;
  const { dModel: D, positions } = spec;
  at('hook_tokens', Float64Array.from(tokens));
  const embedded = rowsOf(weight('embed.W_E'), tokens, D).map((x) => x * spec.embedScale);
  // A sum is a separate tensor, so that later edits of its terms do not change it.
  let stream: Float64Array = at('hook_embed', embedded).slice();
  if (positions.kind === 'learned') {
    const rows = pass.positions.map((position) => position + positions.offset);
    stream = sum(stream, at('hook_pos_embed', rowsOf(weight('pos_embed.W_pos'), rows, D)));
  }
  if (spec.nTokenTypes > 0) {
    const types = tokens.map(() => 0);
    stream = sum(stream, at('hook_token_type_embed', rowsOf(weight('embed.W_token_type'), types, D)));
  }
  return spec.embedNorm ? norm(pass, 'embed.ln', stream) : stream;
}
