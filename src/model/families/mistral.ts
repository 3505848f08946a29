/** Mistral (Jiang et al. 2023): Llama with one sliding window for all blocks. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, mustBeAbsent, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  num_key_value_heads: size.nullable().default(8),
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  sliding_window: size.nullable().default(4096),
  // transformers' Mistral ignores it, though its authors meant windows that differ between blocks.
  layer_types: mustBeAbsent,
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'mistral',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: everyBlock(sizes.nLayers, c.sliding_window) },
    mlp: { act: c.hidden_act, gated: true },
    tied: c.tie_word_embeddings,
  };
}

export const mistral: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: decoderModules,
};
