/**
 * OLMo (Groeneveld et al. 2024): LayerNorms without parameters; some models clip queries, keys and
 * values. OLMo 2 (OLMo Team 2025): RMS norms at the end of each branch instead of before it, and
 * norms of queries and keys across all heads. OLMo 3 (2025): OLMo 2 with a window in three of four
 * blocks; only blocks without a window scale their rotation. OLMoE (Muennighoff et al. 2024): OLMo
 * 2's norms of queries and keys, norms before each branch, and experts in every block.
 */
import { z } from 'zod';
import { activation, epsilon, everyBlock, layerNorm, mustBeAbsent, refusal, rmsNorm, size } from './config';
import { biasFields, decoder, decoderModules, decoderSpec, evenDecoderFields } from './decoder';
import { expertCount, expertModules, mixture } from './experts';
import { ropeByKindFields, ropeFields, rotaryByKind, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';
import { kindsOf, layerTypes, slidingBut, windowsOf } from './windows';

const anyOlmoFields = {
  ...evenDecoderFields,
  hidden_act: activation('silu'),
  attention_bias: biasFields.attention_bias,
  tie_word_embeddings: z.boolean().default(false),
};
const olmoFields = { ...anyOlmoFields, ...ropeFields };
const eps = epsilon.default(1e-5);

const olmoConfig = z.object({
  ...olmoFields,
  clip_qkv: z.number().positive().nullable().default(null),
});
const olmo2Config = z.object({ ...olmoFields, rms_norm_eps: eps });
const olmoeConfig = z.object({
  ...olmoFields,
  rms_norm_eps: eps,
  // The clip would follow the norm of queries and keys. No published OLMoE has it.
  clip_qkv: mustBeAbsent,
  num_experts: expertCount.default(64),
  num_experts_per_tok: expertCount.default(8),
  norm_topk_prob: z.boolean().default(false),
});
const olmo3Config = z.object({
  ...anyOlmoFields,
  ...ropeByKindFields,
  rms_norm_eps: eps,
  sliding_window: size.nullable().default(4096),
  layer_types: layerTypes,
});

const olmo2Modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ...decoderModules.inBlock,
    ln1: 'post_attention_layernorm',
    ln2: 'post_feedforward_layernorm',
  },
};

export const olmo = decoder(olmoConfig, (c) => {
  const spec = decoderSpec(c);
  return {
    ...spec,
    family: 'olmo',
    positions: rotaryPositions(c, spec),
    attention: { ...spec.attention, clipQkv: c.clip_qkv },
    norm: { ...layerNorm(1e-5), hasWeight: false, hasBias: false },
  };
});

export const olmo2 = decoder(
  olmo2Config,
  (c) => {
    const spec = decoderSpec(c);
    return {
      ...spec,
      family: 'olmo2',
      positions: rotaryPositions(c, spec),
      norm: rmsNorm(c.rms_norm_eps),
      placement: 'branch-end',
      attention: { ...spec.attention, qkNorm: 'full' },
    };
  },
  olmo2Modules,
);

export const olmoe = decoder(
  olmoeConfig,
  (c) => {
    const spec = decoderSpec(c);
    return {
      ...spec,
      family: 'olmoe',
      positions: rotaryPositions(c, spec),
      norm: rmsNorm(c.rms_norm_eps),
      attention: { ...spec.attention, qkNorm: 'full' },
      experts: mixture({
        count: c.num_experts,
        active: c.num_experts_per_tok,
        width: c.intermediate_size,
        renormalised: c.norm_topk_prob,
        layers: everyBlock(spec.nLayers, true),
      }),
    };
  },
  { ...decoderModules, inBlock: { ...decoderModules.inBlock, experts: expertModules } },
);

/** The base of OLMo 3's frequencies, the same in every published model. */
const THETA = 500_000;

export const olmo3 = decoder(
  olmo3Config,
  (c) => {
    // transformers 5 applies this base only to blocks without a window, transformers 4 to all.
    if (c.rope_theta != null && c.rope_theta !== THETA)
      throw refusal(
        'rope_theta',
        'is ambiguous',
        c.rope_theta,
        `${THETA}, or one in each of rope_parameters`,
      );
    const spec = decoderSpec(c);
    const kinds = kindsOf(c.layer_types, spec.nLayers, slidingBut(4));
    return {
      ...spec,
      family: 'olmo3',
      positions: rotaryByKind(c, spec.dHead, kinds, { full_attention: THETA, sliding_attention: THETA }),
      norm: rmsNorm(c.rms_norm_eps),
      placement: 'branch-end',
      attention: { ...spec.attention, qkNorm: 'full', windows: windowsOf(kinds, c.sliding_window) },
    };
  },
  olmo2Modules,
);
