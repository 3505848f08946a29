/**
 * GPT-Neo (Black et al. 2021) and TinyStories (Eldan and Li 2023): GPT-2 with separate queries,
 * keys and values without biases, unscaled scores, and windows in the blocks that the config calls
 * local.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { activation, epsilon, evenHead, layerNorm, layers, refusal, refused, size, sizesOf } from './config';
import { family } from './family';

type Reach = 'global' | 'local';

const config = z.object({
  ...refused,
  vocab_size: size,
  hidden_size: size,
  num_layers: layers,
  num_heads: size,
  intermediate_size: size.nullish(),
  max_position_embeddings: size,
  // [[['global', 'local'], 2]]: the two kinds alternate, twice.
  attention_types: z
    .array(z.tuple([z.array(z.enum(['global', 'local'])).max(512), layers]))
    .max(512)
    .nullish(),
  window_size: size.default(256),
  activation_function: activation('gelu_new'),
  layer_norm_epsilon: epsilon.default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
});

function specOf(c: z.output<typeof config>): ModelSpec {
  const sizes = sizesOf({
    ...c,
    num_hidden_layers: c.num_layers,
    num_attention_heads: c.num_heads,
    head_dim: evenHead(c.hidden_size, c.num_heads, ['hidden_size', 'num_heads']),
    intermediate_size: c.intermediate_size ?? 4 * c.hidden_size,
  });
  const kinds = reaches(c.attention_types ?? [[['global', 'local'], 12]], sizes.nLayers);
  const windows = kinds.map((reach) => (reach === 'local' ? c.window_size : null));
  return {
    ...sizes,
    family: 'gpt_neo',
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: layerNorm(c.layer_norm_epsilon),
    attention: { ...sizes.attention, scale: 1, windows },
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: false, o: true, mlp: true, unembed: false },
    tied: c.tie_word_embeddings,
  };
}

/** One entry per block. */
function reaches(types: readonly (readonly [readonly Reach[], number])[], nLayers: number): Reach[] {
  const count = types.reduce((sum, [kinds, times]) => sum + kinds.length * times, 0);
  if (count !== nLayers)
    throw refusal('attention_types', 'is not one entry per layer', count, `${nLayers} entries`);
  return types.flatMap(([kinds, times]) => Array.from({ length: times }, () => kinds).flat());
}

export const gptNeo = family(config, specOf, {
  // Causal masks, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.attention\.(bias|masked_bias)$/,
  modules: {
    prefixes: ['transformer.', ''],
    embed: 'wte',
    positions: 'wpe',
    block: 'h',
    inBlock: {
      ln1: 'ln_1',
      q: 'attn.attention.q_proj',
      k: 'attn.attention.k_proj',
      v: 'attn.attention.v_proj',
      o: 'attn.attention.out_proj',
      ln2: 'ln_2',
      in: 'mlp.c_fc',
      out: 'mlp.c_proj',
      attn: ['attn', 'attn.attention'],
      mlp: 'mlp',
      act: 'mlp.act',
    },
    finalNorm: 'ln_f',
    head: { unembed: 'lm_head' },
  },
});
