/** Qwen3-MoE (Yang et al. 2025): Qwen3 with a mixture of experts in some blocks, usually all. */
import { z } from 'zod';
import { range } from '../../util/range';
import type { ExpertsSpec } from '../spec';
import { everyBlock, mustBeAbsent, size } from './config';
import { biasFields, decoder, decoderModules, llamaFields, llamaSpec } from './decoder';
import { expertCount, expertModules, mixture } from './experts';

const config = z.object({
  ...llamaFields,
  num_key_value_heads: size.default(4),
  attention_bias: biasFields.attention_bias,
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
});

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

export const qwen3Moe = decoder(
  config,
  (c) => {
    const llama = llamaSpec(c);
    const windows = everyBlock(llama.nLayers, c.use_sliding_window ? c.sliding_window : null);
    return {
      ...llama,
      family: 'qwen3_moe',
      attention: { ...llama.attention, windows, qkNorm: 'head' },
      experts: expertsIn(c),
    };
  },
  { ...decoderModules, inBlock: { ...decoderModules.inBlock, experts: expertModules } },
);
