/**
 * Llama 1 to 3 (Touvron et al. 2023), SmolLM and others in its layout: RMS norms, rotary positions,
 * gated MLP.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, rmsNorm } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'llama',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    mlp: { act: c.hidden_act, gated: true },
    bias: { qkv: c.attention_bias, o: c.attention_bias, mlp: c.mlp_bias, unembed: false },
    tied: c.tie_word_embeddings,
  };
}

export const llama: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: decoderModules,
};
