/**
 * StableLM 3B to 2 (Bellagente et al. 2024, arXiv 2402.17834): Llama with LayerNorms; a quarter of
 * each head rotates. Some models compute attention and MLP in parallel behind one shared norm.
 */
import { z } from 'zod';
import { activation, epsilon, layerNorm, mustBeFalse, size } from './config';
import { decoder, decoderModules, decoderSpec, evenDecoderFields } from './decoder';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...evenDecoderFields,
  ...ropeFields,
  num_key_value_heads: size.default(32),
  hidden_act: activation('silu'),
  layer_norm_eps: epsilon.default(1e-5),
  use_qkv_bias: z.boolean().default(false),
  // Each head would have its own LayerNorm.
  qk_layernorm: mustBeFalse,
  use_parallel_residual: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
});

export const stablelm = decoder(
  config,
  (c) => {
    const spec = decoderSpec(c);
    return {
      ...spec,
      family: 'stablelm',
      positions: rotaryPositions(c, spec, 0.25),
      norm: layerNorm(c.layer_norm_eps),
      parallel: c.use_parallel_residual,
      bias: { ...spec.bias, qkv: c.use_qkv_bias },
    };
  },
  {
    ...decoderModules,
    inBlock: {
      ...decoderModules.inBlock,
      // Parallel blocks have only the first norm.
      ln2: ['post_attention_layernorm', 'input_layernorm'],
    },
  },
);
