/**
 * Qwen2, Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values. Qwen3 (2025):
 * no such biases, and an RMS norm of each head's queries and keys before rotation.
 */
import { z } from 'zod';
import { size } from './config';
import { biasFields, decoder, llamaFields, llamaSpec } from './decoder';
import { kindsOf, layerTypes, windowsOf } from './windows';

const qwenFields = {
  ...llamaFields,
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullable().default(4096),
  // Blocks from this one on have a window; 0 means all.
  max_window_layers: z.number().int().min(0).default(28),
  layer_types: layerTypes,
};

const qwen2Config = z.object(qwenFields);
const qwen3Config = z.object({
  ...qwenFields,
  head_dim: size.default(128),
  attention_bias: biasFields.attention_bias,
});

/** Common to both. */
function qwenSpec(c: z.output<typeof qwen2Config> & { readonly attention_bias?: boolean }) {
  const llama = llamaSpec(c);
  const window = c.use_sliding_window ? c.sliding_window : null;
  const kinds = kindsOf(c.layer_types, llama.nLayers, (layer) =>
    window !== null && layer >= c.max_window_layers ? 'sliding_attention' : 'full_attention',
  );
  return { ...llama, attention: { ...llama.attention, windows: windowsOf(kinds, window) } };
}

export const qwen2 = decoder(qwen2Config, (c) => {
  const spec = qwenSpec(c);
  return { ...spec, family: 'qwen2', bias: { ...spec.bias, qkv: true } };
});

export const qwen3 = decoder(qwen3Config, (c) => {
  const spec = qwenSpec(c);
  return { ...spec, family: 'qwen3', attention: { ...spec.attention, qkNorm: 'head' } };
});
