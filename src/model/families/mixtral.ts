/** Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in every block. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, mustBeAbsent, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import { expertCount, mixture } from './experts';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  num_key_value_heads: size.nullable().default(8),
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-5),
  rope_theta: ropeFields.rope_theta.transform((theta) => theta ?? 1e6),
  sliding_window: size.nullable().default(null),
  // transformers' Mixtral ignores it.
  layer_types: mustBeAbsent,
  num_local_experts: expertCount.default(8),
  num_experts_per_tok: expertCount.default(2),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'mixtral',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: everyBlock(sizes.nLayers, c.sliding_window) },
    mlp: { act: c.hidden_act, gated: true },
    experts: mixture({
      count: c.num_local_experts,
      active: c.num_experts_per_tok,
      width: c.intermediate_size,
      renormalised: true,
      layers: everyBlock(sizes.nLayers, true),
    }),
    tied: c.tie_word_embeddings,
  };
}

const { inBlock } = decoderModules;

export const mixtral: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: {
    ...decoderModules,
    inBlock: {
      ...inBlock,
      experts: {
        router: ['block_sparse_moe.gate', 'mlp.gate'],
        each: ['block_sparse_moe.experts', 'mlp.experts'],
        gate: 'w1',
        in: 'w3',
        out: 'w2',
      },
      mlp: ['block_sparse_moe', 'mlp'],
    },
  },
};
