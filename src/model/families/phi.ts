/**
 * Phi 1 to 2 (Microsoft 2023): attention and MLP in parallel behind one shared norm; part of each
 * head rotates; biases everywhere, including the unembedding.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, layerNorm, mustBeFalse } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';

// Phi does not read head_dim.
const { head_dim: _, ...sizeFields } = decoderFields;

const config = z.object({
  ...sizeFields,
  ...ropeFields,
  hidden_act: activation('gelu_new'),
  layer_norm_eps: epsilon.default(1e-5),
  qk_layernorm: mustBeFalse,
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  return {
    ...sizes,
    family: 'phi',
    positions: rotaryPositions(c, sizes.dHead, sizes.nLayers, 0.5),
    norm: layerNorm(c.layer_norm_eps),
    parallel: true,
    mlp: { act: c.hidden_act, gated: false },
    bias: { qkv: true, o: true, mlp: true, unembed: true },
    tied: c.tie_word_embeddings,
  };
}

const modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ln1: 'input_layernorm',
    ln2: 'input_layernorm',
    q: 'self_attn.q_proj',
    k: 'self_attn.k_proj',
    v: 'self_attn.v_proj',
    o: 'self_attn.dense',
    in: 'mlp.fc1',
    out: 'mlp.fc2',
    attn: 'self_attn',
    mlp: 'mlp',
    act: 'mlp.activation_fn',
  },
  finalNorm: 'final_layernorm',
};

export const phi: Family = {
  parseConfig,
  ignored: decoderIgnored,
  modules,
};
