/**
 * OPT (Zhang et al. 2022): GPT-2 with separate queries, keys and values, ReLU, and a position table
 * that begins at row 2. The variant with norms after the branches (350m) is refused.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { activation, layerNorm, refusal, size, sizeFields, sizesOf } from './config';
import { family } from './family';

/** PyTorch's default; OPT has no field for it. */
const EPS = 1e-5;

const config = z.object({
  ...sizeFields,
  ffn_dim: size,
  word_embed_proj_dim: size.nullish(),
  do_layer_norm_before: z.literal(true).default(true),
  _remove_final_layer_norm: z.boolean().default(false),
  activation_function: activation('relu'),
  enable_bias: z.boolean().default(true),
  layer_norm_elementwise_affine: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
});

function specOf(c: z.output<typeof config>): ModelSpec {
  const sizes = sizesOf({ ...c, intermediate_size: c.ffn_dim });
  const D = c.hidden_size;
  const dEmbed = c.word_embed_proj_dim ?? D;
  if (dEmbed !== D)
    throw refusal('word_embed_proj_dim', 'is not supported unless it is hidden_size', dEmbed, String(D));
  const hasBias = c.enable_bias;
  const isAffine = c.layer_norm_elementwise_affine;
  return {
    ...sizes,
    family: 'opt',
    positions: { kind: 'learned', offset: 2, padding: null },
    norm: { ...layerNorm(EPS), hasWeight: isAffine, hasBias: isAffine },
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: hasBias, o: hasBias, mlp: hasBias, unembed: false },
    finalNorm: !c._remove_final_layer_norm,
    tied: c.tie_word_embeddings,
  };
}

export const opt = family(config, specOf, {
  // Older checkpoints contain the version of their layout.
  ignored: /^(model\.)?decoder\.version$/,
  modules: {
    prefixes: ['model.decoder.', 'decoder.', ''],
    embed: 'embed_tokens',
    positions: 'embed_positions',
    block: 'layers',
    inBlock: {
      ln1: 'self_attn_layer_norm',
      q: 'self_attn.q_proj',
      k: 'self_attn.k_proj',
      v: 'self_attn.v_proj',
      o: 'self_attn.out_proj',
      ln2: 'final_layer_norm',
      in: 'fc1',
      out: 'fc2',
      attn: 'self_attn',
      act: 'activation_fn',
    },
    finalNorm: 'final_layer_norm',
    head: { unembed: 'lm_head' },
  },
});
