/**
 * Common to Llama and its descendants: rotary positions, gated MLP, grouped key-value heads, and
 * the names of config fields and modules.
 */
import { z } from 'zod';
import type { ActivationName, ModelSpec } from '../spec';
import { activation, epsilon, rmsNorm, size, sizeFields, sizesOf, type Sizes } from './config';
import { family } from './family';
import { type RopeConfig, ropeFields, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';

/** Fields of every such config.json, for families whose code divides the width among the heads. */
export const evenDecoderFields = {
  ...sizeFields,
  intermediate_size: size,
  num_key_value_heads: size.nullish(),
};

/** Fields of every such config.json. */
export const decoderFields = { ...evenDecoderFields, head_dim: size.nullish() };

/** Llama's own choices. */
export const llamaFields = {
  ...decoderFields,
  ...ropeFields,
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
};

/** Optional biases of attention and MLP. */
export const biasFields = {
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
};

interface DecoderConfig extends Sizes {
  readonly hidden_act: ActivationName;
  readonly tie_word_embeddings: boolean;
  /** False if the family has no such field. */
  readonly attention_bias?: boolean;
  readonly mlp_bias?: boolean;
}

/** The spec without positions and norms, and with these families' usual choices. */
export function decoderSpec(c: DecoderConfig) {
  const { attention_bias = false, mlp_bias = false } = c;
  return {
    ...sizesOf(c),
    mlp: { act: c.hidden_act, gated: true },
    bias: { qkv: attention_bias, o: attention_bias, mlp: mlp_bias, unembed: false },
    tied: c.tie_word_embeddings,
  } as const satisfies Partial<ModelSpec>;
}

/** Llama's spec; `share`: see `rotaryPositions`. */
export function llamaSpec(c: DecoderConfig & RopeConfig & { readonly rms_norm_eps: number }, share?: number) {
  const spec = decoderSpec(c);
  return { ...spec, positions: rotaryPositions(c, spec, share), norm: rmsNorm(c.rms_norm_eps) } as const;
}

/** A family with Llama's module names or some of its own. */
export const decoder = <S extends z.ZodType>(
  config: S,
  specOf: (c: z.output<S>) => ModelSpec,
  modules = decoderModules,
) => family(config, specOf, { ignored: decoderIgnored, modules });

/** Llama's names; other families override some. */
export const decoderModules: ModuleNames = {
  prefixes: ['model.', ''],
  embed: 'embed_tokens',
  block: 'layers',
  inBlock: {
    ln1: 'input_layernorm',
    q: 'self_attn.q_proj',
    k: 'self_attn.k_proj',
    v: 'self_attn.v_proj',
    qNorm: 'self_attn.q_norm',
    kNorm: 'self_attn.k_norm',
    o: 'self_attn.o_proj',
    ln2: 'post_attention_layernorm',
    gate: 'mlp.gate_proj',
    in: 'mlp.up_proj',
    out: 'mlp.down_proj',
    attn: 'self_attn',
    mlp: 'mlp',
    act: 'mlp.act_fn',
  },
  finalNorm: 'norm',
  head: { unembed: 'lm_head' },
};

/** Rotation frequencies, which older checkpoints store beside the weights. */
const decoderIgnored = /^(model\.)?(layers\.\d+\.self_attn\.)?rotary_emb\.inv_freq$/;
