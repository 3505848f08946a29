/**
 * The GPT-2 family (Radford et al. 2019) in Hugging Face's layout: learned positions, pre-norm blocks, fused
 * QKV, gelu_new, unembedding tied to the token embedding. Matrices are stored [in, out] (Conv1D).
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec, WeightSlot } from '../spec';
import type { Family } from './family';

/** A size that no real model exceeds, so that a broken file cannot ask for endless work. */
const upTo = (most: number) => z.number().int().min(1).max(most);
const size = upTo(2 ** 24);

const config = z
  .object({
    n_layer: upTo(512),
    n_head: size,
    n_embd: size,
    n_inner: size.nullish(),
    n_positions: size.nullish(),
    n_ctx: size.nullish(),
    vocab_size: size,
    layer_norm_epsilon: z.number().positive().max(1).default(1e-5),
    activation_function: z.literal('gelu_new').default('gelu_new'),
    scale_attn_weights: z.literal(true).default(true),
    scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
    reorder_and_upcast_attn: z.literal(false).default(false),
    add_cross_attention: z.literal(false).default(false),
    tie_word_embeddings: z.literal(true).default(true),
    quantization_config: z.null().optional(),
    pruned_heads: z.record(z.string(), z.never()).optional(),
  })
  .refine((c) => c.n_embd % c.n_head === 0, { path: ['n_embd'], message: 'is no multiple of n_head' });

/** config.json -> sizes. Throws one sentence naming the field that is missing or not supported. */
function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const nCtx = c.n_positions ?? c.n_ctx;
  if (!nCtx)
    throw new Error(
      'config.json: n_positions: is missing, got nothing, expected the longest prompt in tokens.',
    );
  return {
    family: 'gpt2',
    nLayers: c.n_layer,
    nHeads: c.n_head,
    dModel: c.n_embd,
    dHead: c.n_embd / c.n_head,
    dMlp: c.n_inner ?? 4 * c.n_embd,
    nCtx,
    dVocab: c.vocab_size,
    lnEps: c.layer_norm_epsilon,
  };
}

/** Every weight that a forward pass reads, in the order of the pass. */
function weightSlots(spec: ModelSpec): WeightSlot[] {
  const { dModel: D, dMlp: M, dVocab: V, nCtx } = spec;
  // Published gpt2 files have bare names, files saved by transformers put 'transformer.' before them.
  const slot = (name: string, source: string, ...shape: number[]): WeightSlot => ({
    name,
    sources: [source, `transformer.${source}`],
    shape,
  });
  const block = (i: number): WeightSlot[] => [
    slot(`blocks.${i}.ln1.w`, `h.${i}.ln_1.weight`, D),
    slot(`blocks.${i}.ln1.b`, `h.${i}.ln_1.bias`, D),
    slot(`blocks.${i}.attn.W_QKV`, `h.${i}.attn.c_attn.weight`, D, 3 * D),
    slot(`blocks.${i}.attn.b_QKV`, `h.${i}.attn.c_attn.bias`, 3 * D),
    slot(`blocks.${i}.attn.W_O`, `h.${i}.attn.c_proj.weight`, D, D),
    slot(`blocks.${i}.attn.b_O`, `h.${i}.attn.c_proj.bias`, D),
    slot(`blocks.${i}.ln2.w`, `h.${i}.ln_2.weight`, D),
    slot(`blocks.${i}.ln2.b`, `h.${i}.ln_2.bias`, D),
    slot(`blocks.${i}.mlp.W_in`, `h.${i}.mlp.c_fc.weight`, D, M),
    slot(`blocks.${i}.mlp.b_in`, `h.${i}.mlp.c_fc.bias`, M),
    slot(`blocks.${i}.mlp.W_out`, `h.${i}.mlp.c_proj.weight`, M, D),
    slot(`blocks.${i}.mlp.b_out`, `h.${i}.mlp.c_proj.bias`, D),
  ];
  return [
    slot('embed.W_E', 'wte.weight', V, D),
    slot('pos_embed.W_pos', 'wpe.weight', nCtx, D),
    ...Array.from({ length: spec.nLayers }, (_, i) => block(i)).flat(),
    slot('ln_final.w', 'ln_f.weight', D),
    slot('ln_final.b', 'ln_f.bias', D),
  ];
}

export const gpt2: Family = {
  parseConfig,
  weightSlots,
  // Causal masks, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)$/,
  copies: { 'lm_head.weight': 'embed.W_E' },
};
