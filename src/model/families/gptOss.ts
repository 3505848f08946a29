/**
 * gpt-oss (OpenAI 2025): Llama with biases, attention sinks, a window in every other block, and a
 * mixture of experts with a clamped gate in every block. The published weights are MXFP4, which is
 * not supported; 16-bit copies are.
 */
import { z } from 'zod';
import { epsilon, everyBlock, rmsNorm, size } from './config';
import { decoder, decoderFields, decoderModules, decoderSpec } from './decoder';
import { expertCount, mixture } from './experts';
import { type RopeParameters, ropeFields, rotaryPositions, thetaField } from './rotary';
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
  rope_theta: thetaField(150_000),
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

function specOf(c: z.output<typeof config>) {
  const spec = decoderSpec({ ...c, hidden_act: 'quick_gelu' });
  const kinds = kindsOf(c.layer_types, spec.nLayers, (layer) =>
    layer % 2 === 0 ? 'sliding_attention' : 'full_attention',
  );
  const rope = { ...c, rope_parameters: c.rope_scaling ? null : (c.rope_parameters ?? ROPE) };
  return {
    ...spec,
    family: 'gpt_oss',
    positions: rotaryPositions(rope, spec),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...spec.attention, windows: windowsOf(kinds, c.sliding_window), sinks: true },
    experts: mixture({
      count: c.num_local_experts,
      active: c.num_experts_per_tok,
      width: c.intermediate_size,
      renormalised: true,
      layers: everyBlock(spec.nLayers, true),
      bias: true,
      clamp: c.swiglu_limit,
      stored: 'stacked',
    }),
  };
}

export const gptOss = decoder(config, specOf, {
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
});
