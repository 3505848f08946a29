/**
 * Falcon (Almazrouei et al. 2023, arXiv 2311.16867): attention and MLP in parallel; in Falcon-7B
 * behind one shared norm and with one key-value head, in Falcon-40B and 11B ("new decoder
 * architecture") with groups of heads. The checkpoint keeps each key-value head's queries, keys and
 * values together.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import {
  activation,
  epsilon,
  keyValueHeads,
  layerNorm,
  mustBeFalse,
  refusal,
  size,
  sizeFields,
  sizesOf,
} from './config';
import { family } from './family';
import { ropeFields, rotaryPositions } from './rotary';

const config = z.object({
  ...sizeFields,
  ...ropeFields,
  // The first configs use n_embed.
  n_embed: size.nullish(),
  hidden_size: size.default(4544),
  num_kv_heads: size.nullish(),
  ffn_hidden_size: size.nullish(),
  max_position_embeddings: size.default(2048),
  layer_norm_epsilon: epsilon.default(1e-5),
  activation: activation('gelu'),
  alibi: mustBeFalse,
  new_decoder_architecture: z.boolean().nullish(),
  num_ln_in_parallel_attn: z.literal([1, 2]).nullish(),
  multi_query: z.boolean().default(true),
  parallel_attn: z.boolean().default(true),
  bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
});

type Config = z.output<typeof config>;

function specOf(c: Config): ModelSpec {
  checkNorms(c);
  const D = c.n_embed ?? c.hidden_size;
  const sizes = sizesOf({ ...c, hidden_size: D, intermediate_size: c.ffn_hidden_size ?? 4 * D });
  return {
    ...sizes,
    family: 'falcon',
    nKvHeads: groups(c),
    positions: rotaryPositions(c, sizes),
    norm: layerNorm(c.layer_norm_epsilon),
    parallel: c.parallel_attn,
    mlp: { act: c.activation, gated: false },
    bias: { qkv: c.bias, o: c.bias, mlp: c.bias, unembed: false },
    tied: c.tie_word_embeddings,
  };
}

/** G; `num_kv_heads` applies to the new architecture only. */
function groups({
  new_decoder_architecture: isNew,
  multi_query,
  num_attention_heads: H,
  num_kv_heads,
}: Config) {
  if (isNew) return keyValueHeads(H, num_kv_heads ?? H, 'num_kv_heads');
  return multi_query ? 1 : H;
}

/** Refuses combinations for which transformers has no norms either. */
function checkNorms(c: Config): void {
  if (c.new_decoder_architecture && !c.parallel_attn)
    throw refusal('parallel_attn', 'is not supported with new_decoder_architecture', false, 'true');
  if (!c.new_decoder_architecture && c.num_ln_in_parallel_attn === 2)
    throw refusal('num_ln_in_parallel_attn', 'is not supported without new_decoder_architecture', 2, '1');
}

/** Rows [G, H/G queries then a key and a value, K] of the checkpoint -> rows [H + G + G, K]. */
const placeQkv =
  ({ nHeads: H, nKvHeads: G, dHead: K }: ModelSpec) =>
  (row: number): number => {
    const queries = H / G;
    const [head, within] = [Math.floor(row / K), row % K];
    const group = Math.floor(head / (queries + 2));
    const place = head % (queries + 2);
    if (place < queries) return (group * queries + place) * K + within;
    return (H + (place - queries) * G + group) * K + within;
  };

export const falcon = family(config, specOf, {
  // Rotation frequencies, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.self_attention\.(maybe_rotary|rotary_emb)\.inv_freq$/,
  modules: {
    prefixes: ['transformer.', ''],
    embed: 'word_embeddings',
    block: 'h',
    inBlock: {
      // Two norms in parallel, one shared by both branches, or one after the other.
      ln1: ['ln_attn', 'input_layernorm'],
      qkv: 'self_attention.query_key_value',
      o: 'self_attention.dense',
      ln2: ['ln_mlp', 'post_attention_layernorm', 'input_layernorm'],
      in: 'mlp.dense_h_to_4h',
      out: 'mlp.dense_4h_to_h',
      attn: 'self_attention',
      mlp: 'mlp',
      act: 'mlp.act',
    },
    finalNorm: 'ln_f',
    head: { unembed: 'lm_head' },
    placeQkv,
  },
});
