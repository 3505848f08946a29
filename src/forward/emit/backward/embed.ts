/** The embeddings backward: their norm, and the parts of their sum. */
import { copyWhole, rowSlot } from '../context';
import { show } from './at';
import { type Back, gradient } from './back';
import { normBack } from './norm';

/** g [R, D]: of the stream before block 0. */
export function embedBack(back: Back, g: string): void {
  const { ctx } = back;
  const { embedNorm, nTokenTypes, positions } = ctx.spec;
  if (embedNorm) normBack(back, { ln: 'embed.ln', g });
  const sites = ['hook_embed'];
  if (positions.kind === 'learned') sites.push('hook_pos_embed');
  if (nTokenTypes > 0) sites.push('hook_token_type_embed');
  // The sum passes its gradient on to each part, whatever arrives at the others.
  for (const [i, site] of sites.entries()) {
    const part = gradient(ctx, `embedding.${i}`, ctx.spec.dModel);
    copyWhole(ctx, `${site} back`, g, part, ctx.spec.dModel);
    show(back, site, rowSlot(ctx, part));
  }
}
