/**
 * Command-R and Aya (Cohere 2024): Llama with attention and MLP in parallel behind one shared
 * LayerNorm without bias, rotation of neighbouring pairs, and a factor on logits. Command-R7B
 * (`cohere2`) rotates only in blocks with a window; every fourth block has no window and no
 * positions.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, layerNorm, mustBeFalse, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';
import { kindsOf, layerTypes, slidingBut, windowsOf } from './windows';

const cohereFields = {
  ...decoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  layer_norm_eps: epsilon.default(1e-5),
  logit_scale: z.number().positive().default(0.0625),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
};

const cohereConfig = z.object({
  ...cohereFields,
  // Per-head LayerNorm weights (Command-R+).
  use_qk_norm: mustBeFalse,
});

// Cohere 2 sets head_dim itself.
const { head_dim: _, ...cohere2Fields } = cohereFields;

const cohere2Config = z.object({
  ...cohere2Fields,
  sliding_window: size.nullable().default(4096),
  layer_types: layerTypes,
  // Every n-th block has no window.
  sliding_window_pattern: size.default(4),
});

type CohereConfig = z.output<typeof cohereConfig> | z.output<typeof cohere2Config>;

/** Common to both; `theta` is the family's default. */
function cohereSpec(c: CohereConfig, theta: number) {
  const sizes = decoderSizes(c);
  const rope = { ...c, rope_theta: c.rope_theta ?? theta };
  return {
    ...sizes,
    positions: { ...rotaryPositions(rope, sizes.dHead, sizes.nLayers), pairs: 'neighbours' },
    norm: { ...layerNorm(c.layer_norm_eps), hasBias: false },
    parallel: true,
    mlp: { act: c.hidden_act, gated: true },
    bias: { ...sizes.bias, qkv: c.attention_bias, o: c.attention_bias },
    tied: c.tie_word_embeddings,
    logitScale: c.logit_scale,
  } as const;
}

function parseCohere(json: unknown): ModelSpec {
  const c = parseWith(cohereConfig, json, 'config.json');
  return { ...cohereSpec(c, 500_000), family: 'cohere' };
}

function parseCohere2(json: unknown): ModelSpec {
  const c = parseWith(cohere2Config, json, 'config.json');
  const spec = cohereSpec(c, 10_000);
  const kinds = kindsOf(c.layer_types, spec.nLayers, slidingBut(c.sliding_window_pattern));
  const windows = windowsOf(kinds, c.sliding_window);
  return {
    ...spec,
    family: 'cohere2',
    positions: { ...spec.positions, tableOfLayer: windows.map((window) => (window === null ? null : 0)) },
    attention: { ...spec.attention, windows },
  };
}

const modules: ModuleNames = {
  ...decoderModules,
  inBlock: { ...decoderModules.inBlock, ln2: 'input_layernorm' },
};

const common = { ignored: decoderIgnored, modules };

export const cohere: Family = { ...common, parseConfig: parseCohere };
export const cohere2: Family = { ...common, parseConfig: parseCohere2 };
