/**
 * Gemma (Gemma Team 2024, 2025): Llama with norms stored as weight - 1 and embeddings times
 * sqrt(D). Gemma 2 and the text models of Gemma 3 have norms before and after each branch, and
 * windows in some blocks. Gemma 2 caps scores and logits; Gemma 3 normalises queries and keys, and
 * rotates faster in blocks with a window.
 */
import { z } from 'zod';
import type { ActivationName } from '../spec';
import { activation, epsilon, mustBeFalse, rmsNorm, size } from './config';
import { biasFields, decoder, decoderFields, decoderModules, decoderSpec } from './decoder';
import { ropeByKindFields, ropeFields, rotaryByKind, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';
import { kindsOf, type LayerType, layerTypes, slidingBut, windowsOf } from './windows';

const positive = z.number().positive();

const anyGemmaFields = {
  ...decoderFields,
  head_dim: size.default(256),
  rms_norm_eps: epsilon.default(1e-6),
  attention_bias: biasFields.attention_bias,
  use_bidirectional_attention: mustBeFalse,
  tie_word_embeddings: z.boolean().default(true),
  // Loci's own: 0 if the file stores 1 + weight (GGUF).
  norm_shift: z.literal([0, 1]).default(1),
};

const gemma1Config = z.object({
  ...anyGemmaFields,
  ...ropeFields,
  // The first official configs write gelu but mean the tanh approximation.
  hidden_act: activation('gelu_pytorch_tanh').transform((act) => (act === 'gelu' ? 'gelu_new' : act)),
});

const gemmaFields = {
  ...anyGemmaFields,
  num_key_value_heads: size.default(4),
  hidden_activation: activation('gelu_pytorch_tanh'),
  query_pre_attn_scalar: positive.default(256),
  sliding_window: size.nullable().default(4096),
  layer_types: layerTypes,
};

const gemma2Config = z.object({
  ...gemmaFields,
  ...ropeFields,
  attn_logit_softcapping: positive.nullable().default(50),
  final_logit_softcapping: positive.nullable().default(30),
});

const gemma3Config = z.object({
  ...gemmaFields,
  ...ropeByKindFields,
  rope_local_base_freq: positive.nullish(),
  // Every n-th block has no window.
  sliding_window_pattern: size.default(6),
  attn_logit_softcapping: positive.nullable().default(null),
  final_logit_softcapping: positive.nullable().default(null),
});

type AnyGemmaConfig = z.output<z.ZodObject<typeof anyGemmaFields>> & { readonly hidden_act: ActivationName };
type GemmaConfig = z.output<typeof gemma2Config> | z.output<typeof gemma3Config>;

/** Common to all three. */
function anyGemmaSpec(c: AnyGemmaConfig) {
  return {
    ...decoderSpec(c),
    embedScale: Math.sqrt(c.hidden_size),
    norm: rmsNorm(c.rms_norm_eps, c.norm_shift),
  } as const;
}

/** Common to Gemma 2 and 3. */
function gemmaSpec(c: GemmaConfig, kinds: readonly LayerType[]) {
  const spec = anyGemmaSpec({ ...c, hidden_act: c.hidden_activation });
  return {
    ...spec,
    placement: 'sandwich',
    attention: {
      ...spec.attention,
      scale: 1 / Math.sqrt(c.query_pre_attn_scalar),
      softcap: c.attn_logit_softcapping,
      windows: windowsOf(kinds, c.sliding_window),
    },
    logitSoftcap: c.final_logit_softcapping,
  } as const;
}

/** With a norm before and after each branch. */
const modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ...decoderModules.inBlock,
    ln1_post: 'post_attention_layernorm',
    ln2: 'pre_feedforward_layernorm',
    ln2_post: 'post_feedforward_layernorm',
  },
};

export const gemma = decoder(gemma1Config, (c) => {
  const spec = anyGemmaSpec(c);
  return { ...spec, family: 'gemma', positions: rotaryPositions(c, spec) };
});

export const gemma2 = decoder(
  gemma2Config,
  (c) => {
    const spec = gemmaSpec(c, kindsOf(c.layer_types, c.num_hidden_layers, slidingBut(2)));
    return { ...spec, family: 'gemma2', positions: rotaryPositions(c, spec) };
  },
  modules,
);

export const gemma3Text = decoder(
  gemma3Config,
  (c) => {
    const kinds = kindsOf(c.layer_types, c.num_hidden_layers, slidingBut(c.sliding_window_pattern));
    const spec = gemmaSpec(c, kinds);
    return {
      ...spec,
      family: 'gemma3_text',
      positions: rotaryByKind(c, c.head_dim, kinds, {
        full_attention: c.rope_theta ?? 1_000_000,
        sliding_attention: c.rope_local_base_freq ?? 10_000,
      }),
      attention: { ...spec.attention, qkNorm: 'head' },
    };
  },
  modules,
);
