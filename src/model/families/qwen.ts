/**
 * Qwen2, Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values. Qwen3 (2025):
 * no such biases, and an RMS norm of each head's queries and keys before rotation.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import { kindsOf, layerTypes, windowsOf } from './windows';

const qwenFields = {
  ...decoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullable().default(4096),
  // Blocks from this one on have a window; 0 means all.
  max_window_layers: z.number().int().min(0).default(28),
  layer_types: layerTypes,
  tie_word_embeddings: z.boolean().default(false),
};

const qwen2Config = z.object(qwenFields);
const qwen3Config = z.object({
  ...qwenFields,
  head_dim: size.default(128),
  attention_bias: z.boolean().default(false),
});

/** Common to both. */
function qwenSpec(c: z.output<typeof qwen2Config>) {
  const sizes = decoderSizes(c);
  const window = c.use_sliding_window ? c.sliding_window : null;
  const kinds = kindsOf(c.layer_types, sizes.nLayers, (layer) =>
    window !== null && layer >= c.max_window_layers ? 'sliding_attention' : 'full_attention',
  );
  return {
    ...sizes,
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: windowsOf(kinds, window) },
    mlp: { act: c.hidden_act, gated: true },
    tied: c.tie_word_embeddings,
  } as const;
}

function parseQwen2(json: unknown): ModelSpec {
  const spec = qwenSpec(parseWith(qwen2Config, json, 'config.json'));
  return { ...spec, family: 'qwen2', bias: { ...spec.bias, qkv: true } };
}

function parseQwen3(json: unknown): ModelSpec {
  const c = parseWith(qwen3Config, json, 'config.json');
  const spec = qwenSpec(c);
  return {
    ...spec,
    family: 'qwen3',
    attention: { ...spec.attention, qkNorm: 'head' },
    bias: { ...spec.bias, qkv: c.attention_bias, o: c.attention_bias },
  };
}

const common = { ignored: decoderIgnored, modules: decoderModules };

export const qwen2: Family = { ...common, parseConfig: parseQwen2 };
export const qwen3: Family = { ...common, parseConfig: parseQwen3 };
