/**
 * GPT-J (Wang and Komatsuzaki 2021): attention and MLP in parallel behind one shared norm; the
 * first columns of each head rotate in neighbouring pairs; the unembedding has a bias.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, layerNorm, refusal, size } from './config';
import { family } from './family';
import { gpt2Fields, gpt2Sizes } from './gpt2';
import { rotaryTable } from './rotary';

const config = z.object({
  ...gpt2Fields,
  n_positions: size,
  // Columns of a head that rotate.
  rotary_dim: size.default(64),
  activation_function: activation('gelu_new'),
  layer_norm_epsilon: epsilon.default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
});

function specOf(c: z.output<typeof config>): ModelSpec {
  const sizes = gpt2Sizes(c, c.n_positions);
  const dims = c.rotary_dim;
  if (dims % 2 !== 0 || dims > sizes.dHead)
    throw refusal('rotary_dim', 'does not fit a head', dims, `an even number up to ${sizes.dHead}`);
  return {
    ...sizes,
    family: 'gptj',
    positions: {
      kind: 'rotary',
      dims,
      pairs: 'neighbours',
      tables: [rotaryTable({}, dims, c.n_positions, 'rotary_dim')],
      tableOfLayer: everyBlock(sizes.nLayers, 0),
    },
    norm: layerNorm(c.layer_norm_epsilon),
    parallel: true,
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: false, o: false, mlp: true, unembed: true },
    tied: c.tie_word_embeddings,
  };
}

export const gptJ = family(config, specOf, {
  // Causal masks and angles, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias|embed_positions)$/,
  modules: {
    prefixes: ['transformer.', ''],
    embed: 'wte',
    block: 'h',
    inBlock: {
      ln1: 'ln_1',
      ln2: 'ln_1',
      q: 'attn.q_proj',
      k: 'attn.k_proj',
      v: 'attn.v_proj',
      o: 'attn.out_proj',
      in: 'mlp.fc_in',
      out: 'mlp.fc_out',
      attn: 'attn',
      mlp: 'mlp',
      act: 'mlp.act',
    },
    finalNorm: 'ln_f',
    head: { unembed: 'lm_head' },
  },
});
