/** Qwen3-MoE (Yang et al. 2025): Qwen3 with a mixture of experts in some blocks, usually all. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { range } from '../../util/range';
import type { ExpertsSpec, ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, mustBeAbsent, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import { expertCount, expertModules, mixture } from './experts';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  num_key_value_heads: size.default(4),
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  attention_bias: z.boolean().default(false),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullable().default(4096),
  // transformers' Qwen3-MoE ignores it: either every block has the window or none.
  layer_types: mustBeAbsent,
  moe_intermediate_size: size.default(768),
  num_experts: expertCount.default(128),
  num_experts_per_tok: expertCount.default(8),
  norm_topk_prob: z.boolean().default(false),
  // Every n-th block has experts, except those listed.
  decoder_sparse_step: size.default(1),
  mlp_only_layers: z.array(z.number().int().min(0)).max(512).nullish(),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  const window = c.use_sliding_window ? c.sliding_window : null;
  return {
    ...sizes,
    family: 'qwen3_moe',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: everyBlock(sizes.nLayers, window), qkNorm: 'head' },
    mlp: { act: c.hidden_act, gated: true },
    experts: expertsIn(c),
    bias: { ...sizes.bias, qkv: c.attention_bias, o: c.attention_bias },
    tied: c.tie_word_embeddings,
  };
}

/** Null if no block has experts. */
function expertsIn(c: z.output<typeof config>): ExpertsSpec | null {
  const layers = range(0, c.num_hidden_layers).map(
    (l) => (l + 1) % c.decoder_sparse_step === 0 && !c.mlp_only_layers?.includes(l),
  );
  if (!layers.includes(true)) return null;
  return mixture({
    count: c.num_experts,
    active: c.num_experts_per_tok,
    width: c.moe_intermediate_size,
    renormalised: c.norm_topk_prob,
    layers,
  });
}

export const qwen3Moe: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: { ...decoderModules, inBlock: { ...decoderModules.inBlock, experts: expertModules } },
};
