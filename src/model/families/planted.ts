/**
 * Transformers with weights set by hand: Loci's own layout, for models whose circuit is known in
 * advance. No norms, learned positions, separate queries, keys and values, untied unembedding.
 * Blocks may be attention-only, and attention may be bidirectional. config.json uses the names of
 * TransformerLens's HookedTransformerConfig.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, layers, noNorm, plainAttention, refused, size, usual } from './config';
import type { Family } from './family';
import type { ModuleNames } from './slots';

const config = z.object({
  ...refused,
  n_layers: layers,
  n_heads: size,
  d_model: size,
  d_head: size,
  /** 0 for attention-only blocks. */
  d_mlp: z.union([z.literal(0), size]),
  n_ctx: size,
  d_vocab: size,
  act_fn: activation('relu'),
  normalization_type: z.null(),
  positional_embedding_type: z.literal('standard').default('standard'),
  attention_dir: z.enum(['causal', 'bidirectional']).default('causal'),
  /** Scores are q.k divided by this. */
  attn_scale: z.number().positive(),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  return {
    ...usual,
    family: 'loci-planted',
    nLayers: c.n_layers,
    nHeads: c.n_heads,
    nKvHeads: c.n_heads,
    dModel: c.d_model,
    dHead: c.d_head,
    dMlp: c.d_mlp,
    nCtx: c.n_ctx,
    dVocab: c.d_vocab,
    nEmbeddings: c.d_vocab,
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: noNorm,
    placement: 'none',
    attention: {
      ...plainAttention(c.n_layers, c.d_head),
      causal: c.attention_dir === 'causal',
      scale: 1 / c.attn_scale,
    },
    mlp: { act: c.act_fn, gated: false },
    bias: { qkv: true, o: false, mlp: true, unembed: false },
    finalNorm: false,
    tied: false,
  };
}

const modules: ModuleNames = {
  prefixes: [''],
  embed: 'embed',
  positions: 'pos_embed',
  block: 'blocks',
  inBlock: {
    q: 'attn.q',
    k: 'attn.k',
    v: 'attn.v',
    o: 'attn.o',
    in: 'mlp.in',
    out: 'mlp.out',
    attn: 'attn',
    mlp: 'mlp',
  },
  head: { unembed: 'unembed' },
};

export const planted: Family = {
  parseConfig,
  // Matches nothing: every tensor is read.
  ignored: /^(?!)/,
  modules,
};
