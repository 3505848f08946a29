/**
 * gpt-oss (OpenAI 2025): Llama with biases, attention sinks, a window in every other block, and a
 * mixture of experts with a clamped gate in every block. The published weights are MXFP4, which is
 * not supported; 16-bit copies are.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { epsilon, everyBlock, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import { expertCount, mixture } from './experts';
import type { Family } from './family';
import { type RopeParameters, ropeFields, rotaryPositions } from './rotary';
import { kindsOf, layerTypes, windowsOf } from './windows';

/** transformers' default if a config has no position settings. */
const ROPE: RopeParameters = {
  rope_type: 'yarn',
  factor: 32,
  beta_fast: 32,
  beta_slow: 1,
  truncate: false,
  original_max_position_embeddings: 4096,
};

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  head_dim: size.default(64),
  num_key_value_heads: size.nullable().default(8),
  rms_norm_eps: epsilon.default(1e-5),
  attention_bias: z.boolean().default(true),
  sliding_window: size.nullable().default(128),
  layer_types: layerTypes,
  num_local_experts: expertCount.default(128),
  num_experts_per_tok: expertCount.default(4),
  // The alpha of sigmoid(alpha x) in the gate: quick_gelu's.
  swiglu_alpha: z.literal(1.702).default(1.702),
  swiglu_limit: z.number().positive().default(7),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  const kinds = kindsOf(c.layer_types, sizes.nLayers, (layer) =>
    layer % 2 === 0 ? 'sliding_attention' : 'full_attention',
  );
  const rope = {
    ...c,
    rope_theta: c.rope_theta ?? 150_000,
    rope_parameters: c.rope_scaling ? null : (c.rope_parameters ?? ROPE),
  };
  return {
    ...sizes,
    family: 'gpt_oss',
    positions: rotaryPositions(rope, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: windowsOf(kinds, c.sliding_window), sinks: true },
    mlp: { act: 'quick_gelu', gated: true },
    experts: mixture({
      count: c.num_local_experts,
      active: c.num_experts_per_tok,
      width: c.intermediate_size,
      renormalised: true,
      layers: everyBlock(sizes.nLayers, true),
      bias: true,
      clamp: c.swiglu_limit,
      stored: 'stacked',
    }),
    bias: { ...sizes.bias, qkv: c.attention_bias, o: c.attention_bias },
    tied: c.tie_word_embeddings,
  };
}

export const gptOss: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: {
    ...decoderModules,
    inBlock: {
      ...decoderModules.inBlock,
      sinks: 'self_attn.sinks',
      experts: {
        router: 'mlp.router',
        each: 'mlp.experts',
        gate: 'gate_up_proj',
        in: 'gate_up_proj',
        out: 'down_proj',
      },
    },
  },
};
