/**
 * StableLM 3B to 2 (Bellagente et al. 2024, arXiv 2402.17834): Llama with LayerNorms; a quarter of
 * each head rotates. Some models compute attention and MLP in parallel behind one shared norm.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, layerNorm, mustBeFalse, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';

// StableLM does not read head_dim.
const { head_dim: _, ...sizeFields } = decoderFields;

const config = z.object({
  ...sizeFields,
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

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'stablelm',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers, 0.25),
    norm: layerNorm(c.layer_norm_eps),
    parallel: c.use_parallel_residual,
    mlp: { act: c.hidden_act, gated: true },
    bias: { ...sizes.bias, qkv: c.use_qkv_bias },
    tied: c.tie_word_embeddings,
  };
}

const modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ...decoderModules.inBlock,
    // Parallel blocks have only the first norm.
    ln2: ['post_attention_layernorm', 'input_layernorm'],
  },
};

export const stablelm: Family = { parseConfig, ignored: decoderIgnored, modules };
