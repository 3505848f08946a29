/** The transformer of any `ModelSpec` backward, as steps: from the seeds to the embeddings. */
import { copyWhole, type Ctx } from '../context';
import { rowSlot } from '../norm';
import { openBack, gradient, show, type Back } from './back';
import { blockBack } from './block';
import { normBack } from './norm';
import { cotangentsArrive } from './seeds';
import { unembedBack } from './unembed';

/** Appends the backward pass of a sweep whose members ask for gradients. */
export function backward(ctx: Ctx): void {
  const back = openBack(ctx);
  cotangentsArrive(back);
  const g = gradient(ctx, 'stream', ctx.spec.dModel);
  unembedBack(back, g);
  if (ctx.spec.finalNorm) normBack(back, { ln: 'ln_final', g });
  for (let l = ctx.spec.nLayers - 1; l >= 0; l--) blockBack(back, l, g);
  embedBack(back, g);
}

/** g [R, D]: of the stream before block 0. */
function embedBack(back: Back, g: string): void {
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
