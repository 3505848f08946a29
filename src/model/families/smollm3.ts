/** SmolLM3 (Hugging Face 2025): Llama without rotation in every fourth block. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, refusal, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import { kindsOf, layerTypes, windowsOf } from './windows';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  num_key_value_heads: size.nullable().default(4),
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
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

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  const turns = turningBlocks(c, sizes.nLayers);
  const window = c.use_sliding_window ? c.sliding_window : null;
  const kinds = kindsOf(c.layer_types, sizes.nLayers, (l) =>
    window && !turns[l] ? 'sliding_attention' : 'full_attention',
  );
  const rope = { ...c, rope_theta: c.rope_theta ?? 2_000_000 };
  return {
    ...sizes,
    family: 'smollm3',
    positions: {
      ...rotaryPositions(rope, sizes.dHead, sizes.nLayers),
      tableOfLayer: turns.map((isTurning) => (isTurning ? 0 : null)),
    },
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: windowsOf(kinds, window) },
    mlp: { act: c.hidden_act, gated: true },
    bias: { qkv: c.attention_bias, o: c.attention_bias, mlp: c.mlp_bias, unembed: false },
    tied: c.tie_word_embeddings,
  };
}

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

export const smollm3: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules: decoderModules,
};
