/**
 * A GGUF file's metadata and tensor names in Hugging Face's words, so that families, weights and tokenizers need no case
 * for GGUF. What llama.cpp stores otherwise is said by fields of config.json that only Loci knows: `norm_shift` 0 (Gemma's
 * norms hold 1 + weight), `matrices` 'out-in' (GPT-2's are transposed); the order of rows by `place`. A key that might
 * change the arithmetic and is not read is refused by name, as families do with config.json.
 */
import type { StoredTensor } from '../stored';
import type { Metadata } from './metadata';
import { type GgufTensor, quoted } from './parse';

interface Kind {
  readonly modelType: string;
  /**
   * Order of stored rows. 'pairs': queries and keys have the two halves of a head's rotary pairs interleaved. 'branches': all
   * queries, then all keys, then all values, where the model keeps those of a head together.
   */
  readonly rows?: 'pairs' | 'branches';
  /** Fields of config.json that only this architecture has; `common` are those of all. */
  readonly config?: (metadata: Metadata, tensors: ReadonlySet<string>, common: CommonConfig) => object;
  /** What the file does not say and is assumed, one sentence. */
  readonly assumed?: string;
  /** Keys of its own, beside `KEYS`. */
  readonly keys?: readonly string[];
  /** A part of each head may turn. */
  readonly isPartlyRotary?: boolean;
  /** Block N's name without the N; Llama's by default. */
  readonly blocks?: string;
  /** Names outside blocks that differ from Llama's, and names within block N. */
  readonly outer?: Readonly<Record<string, string>>;
  readonly block?: Readonly<Record<string, string>>;
}

/** Fields of config.json that are read alike for all architectures. */
interface CommonConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly head_dim: number;
  readonly rope_theta: number;
  readonly partial_rotary_factor: number | undefined;
}

export interface Architecture extends Kind {
  /** As the file calls it; its keys begin with it. */
  readonly name: string;
}

const rmsNorm = 'attention.layer_norm_rms_epsilon';
const layerNorm = 'attention.layer_norm_epsilon';
const window = 'attention.sliding_window';
const clampQkv = 'attention.clamp_kqv';

const rmsEps = (name: string) => (metadata: Metadata) => ({
  rms_norm_eps: metadata.number(`${name}.${rmsNorm}`),
});
const attentionBias = (tensors: ReadonlySet<string>) => ({
  attention_bias: tensors.has('blk.0.attn_q.bias'),
});
const mlpBias = (tensors: ReadonlySet<string>) => ({ mlp_bias: tensors.has('blk.0.ffn_up.bias') });

const gemmaKeys = [rmsNorm, window, 'final_logit_softcapping'];
const gemmaEps = (name: string) => (metadata: Metadata) => ({ ...rmsEps(name)(metadata), norm_shift: 0 });
/** With a norm before and after each branch. */
const sandwich = {
  post_attention_norm: 'post_attention_layernorm',
  ffn_norm: 'pre_feedforward_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
};
/** Gemma's largest models scale scores by the width per head, the others by a head's; told apart by their layers. */
const scoreScale = (largest: number, c: CommonConfig) =>
  c.num_hidden_layers === largest ? Math.floor(c.hidden_size / c.num_attention_heads) : c.head_dim;

const ARCHITECTURES: Readonly<Record<string, Kind>> = {
  gpt2: {
    modelType: 'gpt2',
    keys: [layerNorm],
    config: (metadata, _tensors, c) => ({
      n_embd: c.hidden_size,
      n_layer: c.num_hidden_layers,
      n_head: c.num_attention_heads,
      n_inner: metadata.number('gpt2.feed_forward_length'),
      n_positions: metadata.number('gpt2.context_length'),
      layer_norm_epsilon: metadata.number(`gpt2.${layerNorm}`),
      matrices: 'out-in',
    }),
    blocks: 'h',
    outer: { token_embd: 'wte', position_embd: 'wpe', output_norm: 'ln_f' },
    block: {
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
  },
  gptneox: {
    modelType: 'gpt_neox',
    rows: 'branches',
    isPartlyRotary: true,
    keys: [layerNorm, 'use_parallel_residual'],
    config: (metadata, _tensors, c) => ({
      layer_norm_eps: metadata.number(`gptneox.${layerNorm}`),
      use_parallel_residual: metadata.isOn('gptneox.use_parallel_residual') ?? true,
      rotary_emb_base: c.rope_theta,
      rotary_pct: c.partial_rotary_factor,
      hidden_act: c.num_hidden_layers === 44 && c.hidden_size === 6144 ? 'gelu_fast' : 'gelu',
    }),
    assumed:
      "the file does not say which gelu the MLPs have: taken is the published models' (with erf; GPT-NeoX-20B's is the tanh approximation).",
    blocks: 'gpt_neox.layers',
    outer: {
      token_embd: 'gpt_neox.embed_in',
      output_norm: 'gpt_neox.final_layer_norm',
      output: 'embed_out',
    },
    block: {
      attn_qkv: 'attention.query_key_value',
      attn_output: 'attention.dense',
      ffn_up: 'mlp.dense_h_to_4h',
      ffn_down: 'mlp.dense_4h_to_h',
    },
  },
  gemma: { modelType: 'gemma', keys: [rmsNorm], config: gemmaEps('gemma') },
  gemma2: {
    modelType: 'gemma2',
    keys: [...gemmaKeys, 'attn_logit_softcapping'],
    config: (metadata, _tensors, c) => ({
      ...gemmaEps('gemma2')(metadata),
      query_pre_attn_scalar: scoreScale(46, c),
      sliding_window: metadata.maybeNumber(`gemma2.${window}`),
      attn_logit_softcapping: metadata.maybeNumber('gemma2.attn_logit_softcapping'),
      final_logit_softcapping: metadata.maybeNumber('gemma2.final_logit_softcapping'),
    }),
    block: sandwich,
  },
  gemma3: {
    modelType: 'gemma3_text',
    keys: [...gemmaKeys, `${window}_pattern`, 'rope.freq_base_swa'],
    config: (metadata, _tensors, c) => {
      const width = metadata.maybeNumber(`gemma3.${window}`) || null;
      return {
        ...gemmaEps('gemma3')(metadata),
        query_pre_attn_scalar: scoreScale(62, c),
        sliding_window: width,
        sliding_window_pattern: width ? (metadata.maybeNumber(`gemma3.${window}_pattern`) ?? 6) : 1,
        rope_local_base_freq: metadata.maybeNumber('gemma3.rope.freq_base_swa'),
        final_logit_softcapping: metadata.maybeNumber('gemma3.final_logit_softcapping') || null,
      };
    },
    block: sandwich,
  },
  llama: {
    modelType: 'llama',
    rows: 'pairs',
    keys: [rmsNorm, window],
    config: (metadata, tensors) => {
      // Mistral is stored as Llama with a window.
      const width = metadata.maybeNumber(`llama.${window}`);
      const mistral = width ? { model_type: 'mistral', sliding_window: width } : {};
      return { ...rmsEps('llama')(metadata), ...attentionBias(tensors), ...mlpBias(tensors), ...mistral };
    },
  },
  qwen2: { modelType: 'qwen2', keys: [rmsNorm], config: rmsEps('qwen2') },
  qwen3: {
    modelType: 'qwen3',
    keys: [rmsNorm],
    config: (metadata, tensors) => ({ ...rmsEps('qwen3')(metadata), ...attentionBias(tensors) }),
  },
  olmo: {
    modelType: 'olmo',
    rows: 'pairs',
    // Always 1e-5, as in the model.
    keys: [layerNorm, clampQkv],
    config: (metadata) => ({ clip_qkv: metadata.maybeNumber(`olmo.${clampQkv}`) || null }),
  },
  olmo2: {
    modelType: 'olmo2',
    keys: [rmsNorm],
    config: rmsEps('olmo2'),
    block: { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' },
  },
  phi2: {
    modelType: 'phi',
    isPartlyRotary: true,
    keys: [layerNorm],
    config: (metadata) => ({ layer_norm_eps: metadata.number(`phi2.${layerNorm}`) }),
    outer: { output_norm: 'model.final_layernorm' },
    block: { attn_output: 'self_attn.dense', ffn_up: 'mlp.fc1', ffn_down: 'mlp.fc2' },
  },
};

/** Keys that are read, or that change nothing that is computed here. */
const KEYS: readonly string[] = [
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'block_count',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  // The shapes of the weights have it, too.
  'attention.value_length',
  'vocab_size',
  'tensor_data_layout',
  // What is made of the last layer, which the page shows as it is.
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

/** Values that leave the arithmetic as it is, of keys where 0 and false are not the only ones. */
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
};

/** Llama 3's frequency scaling: what each pair's frequency is divided by. Becomes part of the config. */
export const ROPE_DIVISORS = 'rope_freqs.weight';

const INSTEAD = "Open the model's safetensors files instead.";

/** Throws one sentence if the file is of another architecture or has a key that would be ignored wrongly. */
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
  const keys = new Set([...KEYS, ...(known.keys ?? [])]);
  for (const [full, value] of metadata.under(`${name}.`)) {
    const key = full.slice(name.length + 1);
    const neutral = Object.hasOwn(NEUTRAL, key) ? NEUTRAL[key] : undefined;
    if (keys.has(key) || value === neutral || (neutral === undefined && Number(value) === 0)) continue;
    throw new Error(
      `${where}: ${quoted(full)}: not supported, got ${quoted(value)}, expected no such key. The model may be a variant that would be computed wrongly. ${INSTEAD}`,
    );
  }
  return { name, ...known };
}

/** config.json of the model. `divisors` are the values of `rope_freqs.weight`, if it is there. */
export function configOf(
  architecture: Architecture,
  metadata: Metadata,
  tensors: readonly GgufTensor[],
  divisors: readonly number[] | null,
  where: string,
): object {
  const { name, modelType, config } = architecture;
  const number = (key: string) => metadata.number(`${name}.${key}`);
  const maybe = (key: string) => metadata.maybeNumber(`${name}.${key}`);
  const names = new Set(tensors.map((tensor) => tensor.name));
  const vocabulary = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.shape[0];
  const heads = number('attention.head_count');
  const headWidth = maybe('attention.key_length') ?? number('embedding_length') / heads;
  const common: CommonConfig = {
    hidden_size: number('embedding_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    head_dim: headWidth,
    rope_theta: maybe('rope.freq_base') ?? 10_000,
    partial_rotary_factor: rotaryShare(architecture, metadata, headWidth, where),
  };
  return present({
    model_type: modelType,
    ...common,
    intermediate_size: number('feed_forward_length'),
    num_key_value_heads: maybe('attention.head_count_kv') ?? heads,
    max_position_embeddings: number('context_length'),
    vocab_size: vocabulary ?? metadata.texts('tokenizer.ggml.tokens').length,
    rope_scaling: ropeScaling(name, metadata, divisors, where),
    tie_word_embeddings: !names.has('output.weight'),
    bos_token_id: metadata.maybeNumber('tokenizer.ggml.bos_token_id'),
    ...present(config?.(metadata, names, common) ?? {}),
  });
}

/** The fields that have a value. */
function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Part of each head that turns; undefined where whole heads do. */
function rotaryShare(
  { name, isPartlyRotary }: Architecture,
  metadata: Metadata,
  headWidth: number,
  where: string,
): number | undefined {
  const key = `${name}.rope.dimension_count`;
  const dims = metadata.maybeNumber(key) ?? headWidth;
  if (isPartlyRotary) {
    const share = dims / headWidth;
    // Families round down what the share makes of the width: 44 * (30 / 44) is less than 30.
    return Math.trunc(headWidth * share) < dims ? share + Number.EPSILON : share;
  }
  if (dims === headWidth) return undefined;
  throw new Error(`${where}: ${key}: not supported, got ${dims}, expected whole heads of ${headWidth}.`);
}

function ropeScaling(
  name: string,
  metadata: Metadata,
  divisors: readonly number[] | null,
  where: string,
): object | undefined {
  const maybe = (key: string) => metadata.maybeNumber(`${name}.rope.${key}`);
  const factor = maybe('scaling.factor') ?? maybe('scale_linear');
  // llama.cpp reads a factor without a type as linear, and 0 as no factor.
  const type = metadata.maybeText(`${name}.rope.scaling.type`) ?? (factor ? 'linear' : 'none');
  if (divisors) {
    if (type !== 'none' && (factor ?? 1) !== 1) {
      throw new Error(
        `${where}: ${ROPE_DIVISORS}: not supported together with ${name}.rope.scaling, got ${quoted(type)}, expected one of them.`,
      );
    }
    return { rope_type: 'divisors', frequency_divisors: divisors };
  }
  if (type === 'none') return undefined;
  return present({
    rope_type: type,
    factor: factor ?? metadata.number(`${name}.rope.scaling.factor`),
    original_max_position_embeddings: maybe('scaling.original_context_length'),
    beta_fast: maybe('scaling.yarn_beta_fast'),
    beta_slow: maybe('scaling.yarn_beta_slow'),
  });
}

/** A tensor under Hugging Face's name, its rows sent back to Hugging Face's order. */
export function renamed(tensor: GgufTensor, architecture: Architecture, metadata: Metadata): StoredTensor {
  const [, block, module, end] = /^(?:blk\.(\d+)\.)?([\w]+)\.(weight|bias)$/.exec(tensor.name) ?? [];
  const table =
    block === undefined ? { ...OUTER, ...architecture.outer } : { ...BLOCK, ...architecture.block };
  const path = module !== undefined && Object.hasOwn(table, module) ? table[module] : undefined;
  // An unknown name stays as it is: the check of the weights then refuses the tensor by that name.
  if (path === undefined) return tensor;
  const prefix = block === undefined ? '' : `${architecture.blocks ?? 'model.layers'}.${block}.`;
  const place = placeOf(module!, tensor, metadata, architecture);
  return { ...tensor, name: `${prefix}${path}.${end}`, ...(place ? { place } : {}) };
}

/** Where the model keeps each stored row; undefined where it keeps their order. */
function placeOf(
  module: string,
  tensor: GgufTensor,
  metadata: Metadata,
  { name, rows }: Architecture,
): ((row: number) => number) | undefined {
  const all = metadata.number(`${name}.attention.head_count`);
  if (rows === 'branches' && module === 'attn_qkv') {
    const K = tensor.shape[0]! / (3 * all);
    return (row) => {
      const head = Math.floor(row / K) % all;
      return (3 * head + Math.floor(row / (all * K))) * K + (row % K);
    };
  }
  if (rows !== 'pairs' || (module !== 'attn_q' && module !== 'attn_k')) return undefined;
  const heads = module === 'attn_q' ? all : (metadata.maybeNumber(`${name}.attention.head_count_kv`) ?? all);
  const K = tensor.shape[0]! / heads;
  // Stored row 2i + j of a head is its row j K/2 + i: pairs are neighbours in the file.
  return (row) => {
    const head = Math.floor(row / K);
    const within = row % K;
    return head * K + (within % 2) * (K / 2) + Math.floor(within / 2);
  };
}
