/**
 * GPT-NeoX and Pythia (Black et al. 2022, Biderman et al. 2023): attention and MLP in parallel,
 * each with a norm; part of each head rotates. The checkpoint keeps each head's query, key and
 * value rows together.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { activation, epsilon, layerNorm, size, sizeFields, sizesOf } from './config';
import { family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const { rope_theta, partial_rotary_factor, ...ropeObjects } = ropeFields;

const config = z.object({
  ...sizeFields,
  ...ropeObjects,
  // NeoX's names for the two fields.
  rotary_emb_base: rope_theta,
  rotary_pct: partial_rotary_factor,
  intermediate_size: size,
  hidden_act: activation('gelu'),
  layer_norm_eps: epsilon.default(1e-5),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
});

function specOf(c: z.output<typeof config>): ModelSpec {
  const sizes = sizesOf(c);
  const rope = { ...c, rope_theta: c.rotary_emb_base, partial_rotary_factor: c.rotary_pct };
  return {
    ...sizes,
    family: 'gpt_neox',
    positions: rotaryPositions(rope, sizes, 0.25),
    norm: layerNorm(c.layer_norm_eps),
    parallel: c.use_parallel_residual,
    mlp: { act: c.hidden_act, gated: false },
    bias: { qkv: c.attention_bias, o: c.attention_bias, mlp: true, unembed: false },
    tied: c.tie_word_embeddings,
  };
}

/** Rows [H, 3, K] of the checkpoint -> rows [3, H, K]. */
const placeQkv =
  ({ nHeads: H, dHead: K }: ModelSpec) =>
  (row: number): number => {
    const head = Math.floor(row / (3 * K));
    const branch = Math.floor(row / K) % 3;
    return (branch * H + head) * K + (row % K);
  };

export const gptNeoX = family(config, specOf, {
  // Causal masks and rotation frequencies, which older checkpoints store beside the weights.
  ignored:
    /^(gpt_neox\.)?(layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)|rotary_emb\.inv_freq)$/,
  modules: {
    prefixes: ['gpt_neox.', ''],
    embed: 'embed_in',
    block: 'layers',
    inBlock: {
      ln1: 'input_layernorm',
      qkv: 'attention.query_key_value',
      o: 'attention.dense',
      ln2: 'post_attention_layernorm',
      in: 'mlp.dense_h_to_4h',
      out: 'mlp.dense_4h_to_h',
      attn: 'attention',
      mlp: 'mlp',
      act: 'mlp.act',
    },
    finalNorm: 'final_layer_norm',
    // Published files use embed_out; files saved by transformers 5 use lm_head.
    head: { unembed: ['embed_out', 'lm_head'] },
    placeQkv,
  },
});
