/** The embeddings backward: their sum, and its norm. */
import { normBackward } from './norm';
import type { BackwardPass } from './pass';

/** g: of the stream before block 0, [T, D]. */
export function embedBackward(back: BackwardPass, g: Float64Array): void {
  const { spec, at } = back;
  const stream = spec.embedNorm ? normBackward(back, 'embed.ln', g) : g;
  if (spec.nTokenTypes > 0) at('hook_token_type_embed', stream);
  if (spec.positions.kind === 'learned') at('hook_pos_embed', stream);
  at('hook_embed', stream);
}
