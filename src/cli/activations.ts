/**
 * loci activations: the values of hook sites on one prompt, as a safetensors file with
 * TransformerLens's names.
 */
import { type FloatTensor, writeSafetensors } from '../load/writeSafetensors';
import { listSites } from '../model/sites';
import type { Context } from './context';
import { fromInput } from './errors';
import { outOf } from './files';
import { parseFlags, texts } from './flags';
import { CLOSED } from '../util/masked';
import { engineFlags, engineOf, openModel } from './models';
import { sitesOf } from './sites';

export async function activations(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('activations', argv, {
    ...engineFlags,
    ...texts('prompt', 'bos', 'sites', 'out'),
  });
  const prompt = flags.needed('prompt');
  const asked = flags.needed('sites');
  const out = flags.needed('out');
  const bos = flags.oneOf('bos', ['on', 'off']);
  const target = await outOf(context, out);
  const { engine, info } = await openModel(context, engineOf(flags), flags.needed('model'));
  try {
    const sites = await fromInput(() => sitesOf(info.spec, asked, listSites(info.spec)));
    const split = await fromInput(engine.tokenize(prompt, bos ? bos === 'on' : info.bos));
    const tokens = split.map(({ id }) => id);
    const captured = await fromInput(engine.capture({ tokens, sites }));
    const tensors = Object.fromEntries(sites.map((site) => [site, unmasked(site, captured[site]!)]));
    const { id, revision, sha256 } = info;
    const metadata = {
      format: 'loci-activations',
      prompt,
      tokens: JSON.stringify(tokens),
      model: id,
      revision,
      sha256,
    };
    await target.write(writeSafetensors(tensors, metadata));
    target.report(`${sites.length} activations of ${tokens.length} tokens: ${out}`);
  } finally {
    await engine.close();
  }
}

/** Scores that the causal mask closes are -infinity outside of Loci. */
function unmasked(site: string, { shape, data }: FloatTensor): FloatTensor {
  if (!site.endsWith('hook_attn_scores')) return { shape, data };
  return { shape, data: data.map((score) => (score <= CLOSED ? Number.NEGATIVE_INFINITY : score)) };
}
