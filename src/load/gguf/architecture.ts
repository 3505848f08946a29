/**
 * A GGUF file's metadata and tensor names in Hugging Face's words, so that families, weights and tokenizers need no case
 * for GGUF. Only architectures whose weights llama.cpp stores as they are, up to the order of rows, are known; a key
 * that might change the arithmetic and is not read is refused by name, as families do with config.json.
 */
import type { StoredTensor } from '../stored';
import type { Metadata } from './metadata';
import { type GgufTensor, quoted } from './parse';

interface Kind {
  readonly modelType: string;
  /** Queries and keys are stored with the two halves of a head's rotary pairs interleaved. */
  readonly isInterleaved: boolean;
  /** Fields of config.json that only this architecture has. */
  readonly config?: (metadata: Metadata, tensors: ReadonlySet<string>) => object;
  /** Keys of its own, beside `KEYS`. */
  readonly keys?: readonly string[];
  /** A part of each head may turn. */
  readonly isPartlyRotary?: boolean;
  /** Names outside blocks that differ from Llama's, and names within block N. */
  readonly outer?: Readonly<Record<string, string>>;
  readonly block?: Readonly<Record<string, string>>;
}

export interface Architecture extends Kind {
  /** As the file calls it; its keys begin with it. */
  readonly name: string;
}

const rmsNorm = 'attention.layer_norm_rms_epsilon';
const layerNorm = 'attention.layer_norm_epsilon';
const window = 'attention.sliding_window';

const rmsEps = (name: string) => (metadata: Metadata) => ({
  rms_norm_eps: metadata.number(`${name}.${rmsNorm}`),
});
const attentionBias = (tensors: ReadonlySet<string>) => ({
  attention_bias: tensors.has('blk.0.attn_q.bias'),
});
const mlpBias = (tensors: ReadonlySet<string>) => ({ mlp_bias: tensors.has('blk.0.ffn_up.bias') });

const ARCHITECTURES: Readonly<Record<string, Kind>> = {
  llama: {
    modelType: 'llama',
    isInterleaved: true,
    keys: [rmsNorm, window],
    config: (metadata, tensors) => {
      // Mistral is stored as Llama with a window.
      const width = metadata.maybeNumber(`llama.${window}`);
      const mistral = width ? { model_type: 'mistral', sliding_window: width } : {};
      return { ...rmsEps('llama')(metadata), ...attentionBias(tensors), ...mlpBias(tensors), ...mistral };
    },
  },
  qwen2: { modelType: 'qwen2', isInterleaved: false, keys: [rmsNorm], config: rmsEps('qwen2') },
  qwen3: {
    modelType: 'qwen3',
    isInterleaved: false,
    keys: [rmsNorm],
    config: (metadata, tensors) => ({ ...rmsEps('qwen3')(metadata), ...attentionBias(tensors) }),
  },
  olmo: {
    modelType: 'olmo',
    isInterleaved: true,
    // Always 1e-5, as in the model.
    keys: [layerNorm],
  },
  olmo2: {
    modelType: 'olmo2',
    isInterleaved: false,
    keys: [rmsNorm],
    config: rmsEps('olmo2'),
    block: { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' },
  },
  phi2: {
    modelType: 'phi',
    isInterleaved: false,
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
    const reason = name.startsWith('gemma') ? ' (its GGUF files hold norm weights with 1 added)' : '';
    throw new Error(
      `${where}: general.architecture: not supported in GGUF files, got ${quoted(name)}${reason}, expected one of: ${Object.keys(ARCHITECTURES).join(', ')}. ${INSTEAD}`,
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
  return present({
    model_type: modelType,
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: maybe('attention.head_count_kv') ?? heads,
    head_dim: headWidth,
    max_position_embeddings: number('context_length'),
    vocab_size: vocabulary ?? metadata.texts('tokenizer.ggml.tokens').length,
    rope_theta: maybe('rope.freq_base') ?? 10_000,
    partial_rotary_factor: rotaryShare(architecture, metadata, headWidth, where),
    rope_scaling: ropeScaling(name, metadata, divisors, where),
    tie_word_embeddings: !names.has('output.weight'),
    bos_token_id: metadata.maybeNumber('tokenizer.ggml.bos_token_id'),
    ...config?.(metadata, names),
  });
}

/** The fields that have a value. */
function present(fields: Readonly<Record<string, unknown>>): object {
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
  const prefix = block === undefined ? '' : `model.layers.${block}.`;
  const place = architecture.isInterleaved
    ? placeOf(module!, tensor, metadata, architecture.name)
    : undefined;
  return { ...tensor, name: `${prefix}${path}.${end}`, ...(place ? { place } : {}) };
}

/** Stored row 2i + j of a head is row j K/2 + i: pairs are neighbours in the file, halves of the head in the model. */
function placeOf(
  module: string,
  tensor: GgufTensor,
  metadata: Metadata,
  name: string,
): ((row: number) => number) | undefined {
  if (module !== 'attn_q' && module !== 'attn_k') return undefined;
  const all = metadata.number(`${name}.attention.head_count`);
  const heads = module === 'attn_q' ? all : (metadata.maybeNumber(`${name}.attention.head_count_kv`) ?? all);
  const K = tensor.shape[0]! / heads;
  return (row) => {
    const head = Math.floor(row / K);
    const within = row % K;
    return head * K + (within % 2) * (K / 2) + Math.floor(within / 2);
  };
}
