/**
 * Command-R and Aya (Cohere 2024): Llama with attention and MLP in parallel behind one shared
 * LayerNorm without bias, rotation of neighbouring pairs, and a factor on logits. Command-R7B
 * (`cohere2`) rotates only in blocks with a window; every fourth block has no window and no
 * positions.
 */
import { z } from 'zod';
import { activation, epsilon, layerNorm, mustBeFalse, size } from './config';
import { biasFields, decoder, decoderModules, decoderSpec, evenDecoderFields } from './decoder';
import { ropeFields, rotaryPositions, thetaField } from './rotary';
import type { ModuleNames } from './slots';
import { kindsOf, layerTypes, slidingBut, windowsOf } from './windows';

const cohereFields = {
  ...evenDecoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  layer_norm_eps: epsilon.default(1e-5),
  logit_scale: z.number().positive().default(0.0625),
  attention_bias: biasFields.attention_bias,
  tie_word_embeddings: z.boolean().default(true),
};

const cohereConfig = z.object({
  ...cohereFields,
  head_dim: size.nullish(),
  rope_theta: thetaField(500_000),
  // Per-head LayerNorm weights (Command-R+).
  use_qk_norm: mustBeFalse,
});

// Cohere 2 sets head_dim itself.
const cohere2Config = z.object({
  ...cohereFields,
  sliding_window: size.nullable().default(4096),
  layer_types: layerTypes,
  // Every n-th block has no window.
  sliding_window_pattern: size.default(4),
});

/** Common to both. */
function cohereSpec(c: z.output<typeof cohereConfig> | z.output<typeof cohere2Config>) {
  const spec = decoderSpec(c);
  return {
    ...spec,
    positions: { ...rotaryPositions(c, spec), pairs: 'neighbours' },
    norm: { ...layerNorm(c.layer_norm_eps), hasBias: false },
    parallel: true,
    logitScale: c.logit_scale,
  } as const;
}

const modules: ModuleNames = {
  ...decoderModules,
  inBlock: { ...decoderModules.inBlock, ln2: 'input_layernorm' },
};

export const cohere = decoder(cohereConfig, (c) => ({ ...cohereSpec(c), family: 'cohere' }), modules);

export const cohere2 = decoder(
  cohere2Config,
  (c) => {
    const spec = cohereSpec(c);
    const kinds = kindsOf(c.layer_types, spec.nLayers, slidingBut(c.sliding_window_pattern));
    const windows = windowsOf(kinds, c.sliding_window);
    return {
      ...spec,
      family: 'cohere2',
      positions: { ...spec.positions, tableOfLayer: windows.map((window) => (window === null ? null : 0)) },
      attention: { ...spec.attention, windows },
    };
  },
  modules,
);
