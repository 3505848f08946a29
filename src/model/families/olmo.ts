/**
 * OLMo (Groeneveld et al. 2024): LayerNorms without parameters; some clip queries, keys and values. OLMo 2 (OLMo Team 2025): RMS norms at the end of each
 * branch instead of before it, and norms of queries and keys over all heads at once. OLMoE (Muennighoff et al. 2024): norms of
 * the second kind before each branch, and a mixture of experts in every block.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, mustBeAbsent, rmsNorm } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import { expertCount, expertModules, mixture } from './experts';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';

// Neither reads head_dim.
const { head_dim: _, ...sizeFields } = decoderFields;

const olmoFields = {
  ...sizeFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
};

const olmoConfig = z.object({
  ...olmoFields,
  clip_qkv: z.number().positive().nullable().default(null),
});
const olmo2Config = z.object({ ...olmoFields, rms_norm_eps: epsilon.default(1e-5) });
const olmoeConfig = z.object({
  ...olmoFields,
  rms_norm_eps: epsilon.default(1e-5),
  // It would come after the norm of queries and keys. No published OLMoE has it.
  clip_qkv: mustBeAbsent,
  num_experts: expertCount.default(64),
  num_experts_per_tok: expertCount.default(8),
  norm_topk_prob: z.boolean().default(false),
});

/** What all have in common. */
function olmoSpec(c: z.output<z.ZodObject<typeof olmoFields>>) {
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    mlp: { act: c.hidden_act, gated: true },
    bias: { ...sizes.bias, qkv: c.attention_bias, o: c.attention_bias },
    tied: c.tie_word_embeddings,
  } as const;
}

function parseOlmo(json: unknown): ModelSpec {
  const c = parseWith(olmoConfig, json, 'config.json');
  const spec = olmoSpec(c);
  return {
    ...spec,
    family: 'olmo',
    attention: { ...spec.attention, clipQkv: c.clip_qkv },
    norm: { kind: 'layer', eps: 1e-5, hasWeight: false, hasBias: false, shift: 0 },
  };
}

function parseOlmo2(json: unknown): ModelSpec {
  const c = parseWith(olmo2Config, json, 'config.json');
  const spec = olmoSpec(c);
  return {
    ...spec,
    family: 'olmo2',
    norm: rmsNorm(c.rms_norm_eps),
    placement: 'branch-end',
    attention: { ...spec.attention, qkNorm: 'full' },
  };
}

function parseOlmoe(json: unknown): ModelSpec {
  const c = parseWith(olmoeConfig, json, 'config.json');
  const spec = olmoSpec(c);
  return {
    ...spec,
    family: 'olmoe',
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
}

const olmo2Modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ...decoderModules.inBlock,
    ln1: 'post_attention_layernorm',
    ln2: 'post_feedforward_layernorm',
  },
};

const olmoeModules: ModuleNames = {
  ...decoderModules,
  inBlock: { ...decoderModules.inBlock, experts: expertModules },
};

export const olmo: Family = { parseConfig: parseOlmo, ignored: decoderIgnored, modules: decoderModules };
export const olmo2: Family = { parseConfig: parseOlmo2, ignored: decoderIgnored, modules: olmo2Modules };
export const olmoe: Family = { parseConfig: parseOlmoe, ignored: decoderIgnored, modules: olmoeModules };
