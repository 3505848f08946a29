/**
 * Transformers with weights set by hand: Loci's own layout, for models whose circuit is known in
 * advance. No norms, learned positions, separate queries, keys and values, untied unembedding.
 * Blocks may be attention-only, and attention may be bidirectional. config.json uses the names of
 * TransformerLens's HookedTransformerConfig.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { activation, layers, noNorm, refused, size, sizesOf } from './config';
import { family } from './family';

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

function specOf(c: z.output<typeof config>): ModelSpec {
  const sizes = sizesOf({
    vocab_size: c.d_vocab,
    num_hidden_layers: c.n_layers,
    num_attention_heads: c.n_heads,
    hidden_size: c.d_model,
    head_dim: c.d_head,
    intermediate_size: c.d_mlp,
    max_position_embeddings: c.n_ctx,
  });
  return {
    ...sizes,
    family: 'loci-planted',
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: noNorm,
    placement: 'none',
    attention: { ...sizes.attention, causal: c.attention_dir === 'causal', scale: 1 / c.attn_scale },
    mlp: { act: c.act_fn, gated: false },
    bias: { qkv: true, o: false, mlp: true, unembed: false },
    finalNorm: false,
    tied: false,
  };
}

export const planted = family(config, specOf, {
  // Matches nothing: every tensor is read.
  ignored: /^(?!)/,
  modules: {
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
  },
});
