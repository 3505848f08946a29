/**
 * The GPT-2 family (Radford et al. 2019) in Hugging Face's layout: learned positions, pre-norm
 * blocks, fused QKV, gelu_new, unembedding tied to the token embedding. Matrices are stored [in,
 * out] (Conv1D).
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import {
  activation,
  epsilon,
  evenHead,
  layerNorm,
  layers,
  mustBeFalse,
  plainAttention,
  refusal,
  refused,
  size,
  usual,
} from './config';
import type { Family } from './family';
import type { ModuleNames } from './slots';

const config = z.object({
  ...refused,
  n_layer: layers,
  n_head: size,
  n_embd: size,
  n_inner: size.nullish(),
  n_positions: size.nullish(),
  n_ctx: size.nullish(),
  vocab_size: size,
  layer_norm_epsilon: epsilon.default(1e-5),
  activation_function: activation('gelu_new'),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: mustBeFalse,
  reorder_and_upcast_attn: mustBeFalse,
  add_cross_attention: mustBeFalse,
  tie_word_embeddings: z.boolean().default(true),
  // Loci's own: how the file stores matrices (GGUF: transposed).
  matrices: z.enum(['in-out', 'out-in']).default('in-out'),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const nCtx = c.n_positions ?? c.n_ctx;
  if (!nCtx) throw refusal('n_positions', 'is missing', undefined, 'the longest prompt in tokens');
  const dHead = evenHead(c.n_embd, c.n_head, ['n_embd', 'n_head']);
  const attention = plainAttention(c.n_layer, dHead);
  return {
    ...usual,
    family: 'gpt2',
    nLayers: c.n_layer,
    nHeads: c.n_head,
    nKvHeads: c.n_head,
    dModel: c.n_embd,
    dHead,
    dMlp: c.n_inner ?? 4 * c.n_embd,
    nCtx,
    dVocab: c.vocab_size,
    nEmbeddings: c.vocab_size,
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: layerNorm(c.layer_norm_epsilon),
    attention: c.scale_attn_weights ? attention : { ...attention, scale: 1 },
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: true, o: true, mlp: true, unembed: false },
    tied: c.tie_word_embeddings,
    orientation: c.matrices,
  };
}

const modules: ModuleNames = {
  // Published gpt2 files use bare names; files saved by transformers prefix 'transformer.'.
  prefixes: ['', 'transformer.'],
  embed: 'wte',
  positions: 'wpe',
  block: 'h',
  inBlock: {
    ln1: 'ln_1',
    qkv: 'attn.c_attn',
    o: 'attn.c_proj',
    ln2: 'ln_2',
    in: 'mlp.c_fc',
    out: 'mlp.c_proj',
    attn: 'attn',
    mlp: 'mlp',
    act: 'mlp.act',
  },
  finalNorm: 'ln_f',
  head: { unembed: 'lm_head' },
};

export const gpt2: Family = {
  parseConfig,
  // Causal masks, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)$/,
  modules,
};
