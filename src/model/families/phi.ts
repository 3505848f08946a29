/**
 * Phi 1 to 2 (Microsoft 2023): attention and MLP in parallel behind one shared norm; part of each
 * head rotates; biases everywhere, including the unembedding.
 */
import { z } from 'zod';
import { activation, epsilon, layerNorm, mustBeFalse } from './config';
import { decoder, decoderModules, decoderSpec, evenDecoderFields } from './decoder';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...evenDecoderFields,
  ...ropeFields,
  hidden_act: activation('gelu_new'),
  layer_norm_eps: epsilon.default(1e-5),
  qk_layernorm: mustBeFalse,
  tie_word_embeddings: z.boolean().default(false),
});

export const phi = decoder(
  config,
  (c) => {
    const spec = decoderSpec(c);
    return {
      ...spec,
      family: 'phi',
      positions: rotaryPositions(c, spec, 0.5),
      norm: layerNorm(c.layer_norm_eps),
      parallel: true,
      mlp: { act: c.hidden_act, gated: false },
      bias: { qkv: true, o: true, mlp: true, unembed: true },
    };
  },
  {
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
  },
);
