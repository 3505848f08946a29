/**
 * Common to Llama and its descendants: rotary positions, gated MLP, grouped key-value heads, and
 * the names of config fields and modules.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { evenHead, keyValueHeads, layers, plainAttention, refused, size, usual } from './config';
import type { ModuleNames } from './slots';

/** Fields of every such config.json. */
export const decoderFields = {
  ...refused,
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
};

const decoderConfig = z.object(decoderFields);

/** The spec's sizes and these families' usual choices. */
export function decoderSizes(c: z.output<typeof decoderConfig>) {
  const H = c.num_attention_heads;
  const dHead = c.head_dim ?? evenHead(c.hidden_size, H, ['hidden_size', 'num_attention_heads']);
  return {
    ...usual,
    nLayers: c.num_hidden_layers,
    nHeads: H,
    nKvHeads: keyValueHeads(H, c.num_key_value_heads ?? H),
    dModel: c.hidden_size,
    dHead,
    dMlp: c.intermediate_size,
    nCtx: c.max_position_embeddings,
    dVocab: c.vocab_size,
    nEmbeddings: c.vocab_size,
    attention: plainAttention(c.num_hidden_layers, dHead),
    bias: { qkv: false, o: false, mlp: false, unembed: false },
  } as const satisfies Partial<ModelSpec>;
}

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
export const decoderIgnored = /^(model\.)?(layers\.\d+\.self_attn\.)?rotary_emb\.inv_freq$/;
