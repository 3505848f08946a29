/**
 * Translates a GGUF file's metadata and tensor names to Hugging Face's, so that families, weights
 * and tokenizers need no case for GGUF. Where llama.cpp stores something differently, fields of
 * config.json known only to Loci say so: `norm_shift` 0 (Gemma's norms hold 1 + weight), `matrices`
 * 'out-in' (GPT-2's are transposed). `place` restores the order of rows. As in families, an unread
 * key that might change the arithmetic is refused by name.
 */
import type { StoredTensor } from '../stored';
import { ARCHITECTURES, type CommonConfig, type Kind } from './kinds';
import type { Metadata } from './metadata';
import { type GgufTensor, valueText } from './parse';
import { defined } from '../../util/defined';
import { quoted } from '../../util/parse';
import { MOST_EXPERTS } from '../../model/families/experts';
import { range } from '../../util/range';

export interface Architecture extends Kind {
  /** The file's name for it, which prefixes its keys. */
  readonly name: string;
}

/** Keys that are read, or that do not affect what is computed here. */
const KEYS: readonly string[] = [
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'block_count',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  // Redundant: the weights' shapes say it too.
  'attention.value_length',
  'vocab_size',
  'tensor_data_layout',
  // Concerns what is made of the last layer; the page shows that layer unchanged.
  'pooling_type',
  'rope.freq_base',
  'rope.dimension_count',
  'rope.scale_linear',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
  'rope.scaling.yarn_beta_fast',
  'rope.scaling.yarn_beta_slow',
];

/** Neutral values of keys, besides 0 and false, that leave the arithmetic unchanged. */
const NEUTRAL: Readonly<Record<string, number | boolean>> = {
  'attention.causal': true,
  'rope.scaling.attn_factor': 1,
  'rope.scaling.yarn_attn_factor': 1,
  'rope.scaling.yarn_ext_factor': 1,
};

const OUTER: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};
const BLOCK: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
  ffn_gate_inp: 'mlp.gate',
  // All experts in one tensor [X, out, in]; * is the expert.
  ffn_gate_exps: 'mlp.experts.*.gate_proj',
  ffn_up_exps: 'mlp.experts.*.up_proj',
  ffn_down_exps: 'mlp.experts.*.down_proj',
};

/**
 * Divisors of each rotary pair's frequency: Llama 3's scaling, and longrope's two. They become part
 * of the config.
 */
export const ROPE_DIVISORS = {
  frequency_divisors: 'rope_freqs.weight',
  short_factor: 'rope_factors_short.weight',
  long_factor: 'rope_factors_long.weight',
} as const;

export type RopeDivisors = Partial<Readonly<Record<keyof typeof ROPE_DIVISORS, readonly number[]>>>;

const INSTEAD = "Open the model's safetensors files instead.";

/** Throws an Error if the architecture is unsupported or a key cannot safely be ignored. */
export function architectureOf(metadata: Metadata, where: string): Architecture {
  const name = metadata.text('general.architecture');
  const known = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (!known) {
    throw new Error(
      `${where}: general.architecture: not supported in GGUF files, got ${quoted(name)}, expected one of: ${Object.keys(ARCHITECTURES).join(', ')}. ${INSTEAD}`,
    );
  }
  const parts = metadata.maybeNumber('split.count') ?? 1;
  if (parts > 1) {
    throw new Error(
      `${where}: split.count: is one part of a model, got ${parts} parts, expected a whole file. Join them with llama-gguf-split --merge.`,
    );
  }
  const magnitude = known.rotaryMagnitude === undefined ? [] : [known.rotaryMagnitude];
  const keys = new Set([...KEYS, ...(known.keys ?? []), ...magnitude]);
  for (const [full, value] of metadata.under(`${name}.`)) {
    const key = full.slice(name.length + 1);
    const neutral = Object.hasOwn(NEUTRAL, key) ? NEUTRAL[key] : undefined;
    if (keys.has(key) || value === neutral || (neutral === undefined && Number(value) === 0)) continue;
    throw new Error(
      `${where}: ${quoted(full)}: not supported, got ${valueText(value)}, expected no such key. The model may be a variant that would be computed wrongly. ${INSTEAD}`,
    );
  }
  return { name, ...known };
}

/**
 * The model's config.json. `divisors` are the values of those `ROPE_DIVISORS` tensors that exist.
 */
export function configOf(
  architecture: Architecture,
  metadata: Metadata,
  tensors: readonly GgufTensor[],
  divisors: RopeDivisors,
  where: string,
): object {
  const { name, modelType, config } = architecture;
  const own = metadata.within(`${name}.`);
  const names = new Set(tensors.map((tensor) => tensor.name));
  const vocabulary = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.shape[0];
  const heads = own.number('attention.head_count');
  const headWidth = own.maybeNumber('attention.key_length') ?? own.number('embedding_length') / heads;
  const common: CommonConfig = {
    hidden_size: own.number('embedding_length'),
    num_hidden_layers: own.number('block_count'),
    num_attention_heads: heads,
    head_dim: headWidth,
    rope_theta: own.maybeNumber('rope.freq_base') ?? 10_000,
    partial_rotary_factor: rotaryShare(architecture, own, headWidth, where),
  };
  return defined({
    model_type: modelType,
    ...common,
    intermediate_size: own.number('feed_forward_length'),
    num_key_value_heads: own.maybeNumber('attention.head_count_kv') ?? heads,
    max_position_embeddings: own.number('context_length'),
    vocab_size: vocabulary ?? metadata.texts('tokenizer.ggml.tokens').length,
    rope_scaling: ropeScaling(architecture, own, divisors, where),
    tie_word_embeddings: !names.has('output.weight'),
    bos_token_id: metadata.maybeNumber('tokenizer.ggml.bos_token_id'),
    ...defined(config?.(own, names, common) ?? {}),
  });
}

/** The share of each head that rotates; undefined for whole heads. */
function rotaryShare(
  { name, isPartlyRotary }: Architecture,
  own: Metadata,
  headWidth: number,
  where: string,
): number | undefined {
  const key = 'rope.dimension_count';
  const dims = own.maybeNumber(key) ?? headWidth;
  if (isPartlyRotary) {
    const share = dims / headWidth;
    // Families round the product of share and width down: 44 * (30 / 44) is less than 30.
    return Math.trunc(headWidth * share) < dims ? share + Number.EPSILON : share;
  }
  if (dims === headWidth) return undefined;
  throw new Error(
    `${where}: ${name}.${key}: not supported, got ${dims}, expected whole heads of ${headWidth}.`,
  );
}

function ropeScaling(
  { name, rotaryMagnitude }: Architecture,
  own: Metadata,
  { frequency_divisors, short_factor, long_factor }: RopeDivisors,
  where: string,
): object | undefined {
  const factor = own.maybeNumber('rope.scaling.factor') ?? own.maybeNumber('rope.scale_linear');
  // llama.cpp reads a factor without a type as linear, and 0 as no factor.
  const type = own.maybeText('rope.scaling.type') ?? (factor ? 'linear' : 'none');
  const magnitude = rotaryMagnitude === undefined ? undefined : own.maybeNumber(rotaryMagnitude);
  if (short_factor || long_factor)
    return defined({ rope_type: 'longrope', short_factor, long_factor, attention_factor: magnitude });
  if (frequency_divisors) {
    if (type !== 'none' && (factor ?? 1) !== 1) {
      throw new Error(
        `${where}: ${ROPE_DIVISORS.frequency_divisors}: not supported together with ${name}.rope.scaling, got ${quoted(type)}, expected one of them.`,
      );
    }
    return { rope_type: 'divisors', frequency_divisors };
  }
  if (type === 'none') return undefined;
  return defined({
    rope_type: type,
    factor: factor ?? own.number('rope.scaling.factor'),
    original_max_position_embeddings: own.maybeNumber('rope.scaling.original_context_length'),
    beta_fast: own.maybeNumber('rope.scaling.yarn_beta_fast'),
    beta_slow: own.maybeNumber('rope.scaling.yarn_beta_slow'),
    attention_factor: magnitude,
  });
}

/**
 * Tensors under Hugging Face's names, with rows in Hugging Face's order and tensors of all experts
 * split into one per expert. Throws an Error, before creating any, if that would exceed any model's
 * number of experts.
 */
export function storedTensors(
  tensors: readonly GgufTensor[],
  architecture: Architecture,
  metadata: Metadata,
  where: string,
): StoredTensor[] {
  const ofExperts = tensors.filter(({ name }) => /^blk\.\d+\.ffn_\w+_exps\./.test(name));
  const experts = ofExperts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  // Each expert has three matrices.
  if (experts > 3 * MOST_EXPERTS)
    throw new Error(
      `${where}: experts: too many, got ${experts} matrices, expected at most ${3 * MOST_EXPERTS}. The file may be broken.`,
    );
  return tensors.flatMap((tensor) => renamed(tensor, architecture, metadata));
}

function renamed(tensor: GgufTensor, architecture: Architecture, metadata: Metadata): StoredTensor[] {
  const [, block, module, end] = /^(?:blk\.(\d+)\.)?([\w]+)\.(weight|bias)$/.exec(tensor.name) ?? [];
  const table =
    block === undefined ? { ...OUTER, ...architecture.outer } : { ...BLOCK, ...architecture.block };
  const path = module !== undefined && Object.hasOwn(table, module) ? table[module] : undefined;
  // An unknown name is kept; the check of the weights then refuses the tensor by that name.
  if (path === undefined) return [tensor];
  const prefix = block === undefined ? '' : `${architecture.blocks ?? 'model.layers'}.${block}.`;
  const name = `${prefix}${path}.${end}`;
  if (path.includes('*')) return eachExpert(tensor, name);
  const place = placeOf(module!, tensor, metadata, architecture);
  return [{ ...tensor, name, ...(place ? { place } : {}) }];
}

/** Consecutive slices of [X, out, in]; quantised blocks end with their row. */
function eachExpert(
  { dtype, shape: [count = 0, ...shape], begin, end }: GgufTensor,
  name: string,
): StoredTensor[] {
  const bytes = (end - begin) / count;
  return range(0, count).map((e) => ({
    name: name.replace('*', `${e}`),
    dtype,
    shape,
    begin: begin + e * bytes,
    end: begin + (e + 1) * bytes,
  }));
}

/** Maps each stored row to its place in the model; undefined if the order is unchanged. */
function placeOf(
  module: string,
  tensor: GgufTensor,
  metadata: Metadata,
  { name, rows }: Architecture,
): ((row: number) => number) | undefined {
  const all = metadata.number(`${name}.attention.head_count`);
  if (rows === 'branches' && module === 'attn_qkv') {
    const groups = metadata.maybeNumber(`${name}.attention.head_count_kv`) ?? all;
    const K = tensor.shape[0]! / (all + 2 * groups);
    const queries = all / groups;
    // A key-value head's queries, then its key, then its value.
    return (row) => {
      const [head, within] = [Math.floor(row / K), row % K];
      const branch = Math.floor(Math.max(head - all + groups, 0) / groups);
      const group = branch === 0 ? Math.floor(head / queries) : (head - all) % groups;
      const place = branch === 0 ? head % queries : queries + branch - 1;
      return (group * (queries + 2) + place) * K + within;
    };
  }
  if (rows !== 'pairs' || (module !== 'attn_q' && module !== 'attn_k')) return undefined;
  const heads = module === 'attn_q' ? all : (metadata.maybeNumber(`${name}.attention.head_count_kv`) ?? all);
  const K = tensor.shape[0]! / heads;
  // Stored row 2i + j of a head is its row j K/2 + i: the file interleaves pairs.
  return (row) => {
    const head = Math.floor(row / K);
    const within = row % K;
    return head * K + (within % 2) * (K / 2) + Math.floor(within / 2);
  };
}
