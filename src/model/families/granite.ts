/**
 * Granite 3 (Granite Team, IBM 2024): Llama with four factors: on embeddings, on scores (instead of
 * 1/sqrt(K)), on the outputs of attention and MLP, and on logits.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, rmsNorm } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const factor = z.number().positive().default(1);

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  embedding_multiplier: factor,
  attention_multiplier: factor,
  residual_multiplier: factor,
  // A divisor of the logits.
  logits_scaling: factor,
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'granite',
    embedScale: c.embedding_multiplier,
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    residScale: c.residual_multiplier,
    attention: { ...sizes.attention, scale: c.attention_multiplier },
    mlp: { act: c.hidden_act, gated: true },
    bias: { qkv: c.attention_bias, o: c.attention_bias, mlp: c.mlp_bias, unembed: false },
    tied: c.tie_word_embeddings,
    logitScale: 1 / c.logits_scaling,
  };
}

export const granite: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: { ...decoderModules, embedsUnscaled: true },
};
