/**
 * The GPT-2 family (Radford et al. 2019) in Hugging Face's layout: learned positions, pre-norm
 * blocks, fused QKV, gelu_new, unembedding tied to the token embedding. Matrices are stored [in,
 * out] (Conv1D).
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import {
  activation,
  epsilon,
  evenHead,
  layerNorm,
  layers,
  mustBeFalse,
  refusal,
  refused,
  size,
  sizesOf,
} from './config';
import { family } from './family';

/** GPT-2's names of sizes. */
export const gpt2Fields = {
  ...refused,
  vocab_size: size,
  n_layer: layers,
  n_head: size,
  n_embd: size,
  n_inner: size.nullish(),
};

export function gpt2Sizes(c: z.output<z.ZodObject<typeof gpt2Fields>>, nCtx: number) {
  return sizesOf({
    vocab_size: c.vocab_size,
    num_hidden_layers: c.n_layer,
    num_attention_heads: c.n_head,
    hidden_size: c.n_embd,
    head_dim: evenHead(c.n_embd, c.n_head, ['n_embd', 'n_head']),
    intermediate_size: c.n_inner ?? 4 * c.n_embd,
    max_position_embeddings: nCtx,
  });
}

const config = z.object({
  ...gpt2Fields,
  n_positions: size.nullish(),
  n_ctx: size.nullish(),
  layer_norm_epsilon: epsilon.default(1e-5),
  activation_function: activation('gelu_new'),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: mustBeFalse,
  reorder_and_upcast_attn: mustBeFalse,
  add_cross_attention: mustBeFalse,
  tie_word_embeddings: z.boolean().default(true),
  // Loci's own: how the file stores matrices (GGUF: transposed).
  matrices: z.enum(['in-out', 'out-in']).default('in-out'),
});

function specOf(c: z.output<typeof config>): ModelSpec {
  const nCtx = c.n_positions ?? c.n_ctx;
  if (!nCtx) throw refusal('n_positions', 'is missing', undefined, 'the longest prompt in tokens');
  const sizes = gpt2Sizes(c, nCtx);
  return {
    ...sizes,
    family: 'gpt2',
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: layerNorm(c.layer_norm_epsilon),
    attention: c.scale_attn_weights ? sizes.attention : { ...sizes.attention, scale: 1 },
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: true, o: true, mlp: true, unembed: false },
    tied: c.tie_word_embeddings,
    orientation: c.matrices,
  };
}

export const gpt2 = family(config, specOf, {
  // Causal masks, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)$/,
  modules: {
    // Published gpt2 files use bare names; files saved by transformers prefix 'transformer.'.
    prefixes: ['', 'transformer.'],
    embed: 'wte',
    positions: 'wpe',
    block: 'h',
    inBlock: {
      ln1: 'ln_1',
      qkv: 'attn.c_attn',
      o: 'attn.c_proj',
      ln2: 'ln_2',
      in: 'mlp.c_fc',
      out: 'mlp.c_proj',
      attn: 'attn',
      mlp: 'mlp',
      act: 'mlp.act',
    },
    finalNorm: 'ln_f',
    head: { unembed: 'lm_head' },
  },
});
