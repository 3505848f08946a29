/** SmolLM3 (Hugging Face 2025): Llama without rotation in every fourth block. */
import { z } from 'zod';
import { refusal, size } from './config';
import { biasFields, decoder, llamaFields, llamaSpec } from './decoder';
import { thetaField } from './rotary';
import { kindsOf, layerTypes, windowsOf } from './windows';

const config = z.object({
  ...llamaFields,
  ...biasFields,
  num_key_value_heads: size.nullable().default(4),
  rope_theta: thetaField(2_000_000),
  tie_word_embeddings: z.boolean().default(true),
  // Despite the name, 1 means that the block rotates.
  no_rope_layers: z
    .array(z.literal([0, 1]))
    .max(512)
    .nullish(),
  no_rope_layer_interval: size.default(4),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullish(),
  layer_types: layerTypes,
});

export const smollm3 = decoder(config, (c) => {
  const llama = llamaSpec(c);
  const turns = turningBlocks(c, llama.nLayers);
  const window = c.use_sliding_window ? c.sliding_window : null;
  const kinds = kindsOf(c.layer_types, llama.nLayers, (l) =>
    window && !turns[l] ? 'sliding_attention' : 'full_attention',
  );
  return {
    ...llama,
    family: 'smollm3',
    positions: { ...llama.positions, tableOfLayer: turns.map((isTurning) => (isTurning ? 0 : null)) },
    attention: { ...llama.attention, windows: windowsOf(kinds, window) },
  };
});

/**
 * Whether each block rotates queries and keys: the config's list, or else all but every
 * `no_rope_layer_interval`-th.
 */
function turningBlocks(c: z.output<typeof config>, nLayers: number): boolean[] {
  const listed = c.no_rope_layers;
  if (!listed) return Array.from({ length: nLayers }, (_, l) => (l + 1) % c.no_rope_layer_interval !== 0);
  // transformers also accepts a longer list and reads its beginning.
  if (listed.length < nLayers)
    throw refusal('no_rope_layers', 'has no entry for some layers', listed.length, `${nLayers} entries`);
  return listed.slice(0, nLayers).map((turns) => turns === 1);
}
