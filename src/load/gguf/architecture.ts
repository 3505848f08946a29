/**
 * A GGUF file's metadata and tensor names in Hugging Face's words, so that families, weights and tokenizers need no case
 * for GGUF. Only architectures whose weights llama.cpp stores as they are, up to the order of rows, are known.
 */
import type { StoredTensor } from '../stored';
import type { Metadata } from './metadata';
import type { GgufTensor } from './parse';

interface Architecture {
  readonly modelType: string;
  /** Queries and keys are stored with the two halves of a head's rotary pairs interleaved. */
  readonly isInterleaved: boolean;
  /** Fields of config.json that the metadata do not name. */
  readonly config?: (tensors: ReadonlySet<string>) => object;
  /** Names within block N that differ from Llama's. */
  readonly block?: Readonly<Record<string, string>>;
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama: {
    modelType: 'llama',
    isInterleaved: true,
    config: (tensors) => ({ attention_bias: tensors.has('blk.0.attn_q.bias') }),
  },
  qwen2: { modelType: 'qwen2', isInterleaved: false },
  qwen3: {
    modelType: 'qwen3',
    isInterleaved: false,
    config: (tensors) => ({ attention_bias: tensors.has('blk.0.attn_q.bias') }),
  },
  olmo2: {
    modelType: 'olmo2',
    isInterleaved: false,
    block: { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' },
  },
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

/** Throws one sentence if the architecture is not one of those above. */
export function architectureOf(metadata: Metadata, where: string): { name: string } & Architecture {
  const name = metadata.text('general.architecture');
  const known = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (known) return { name, ...known };
  const reason = name.startsWith('gemma') ? ' (its GGUF files hold norm weights with 1 added)' : '';
  throw new Error(
    `${where}: general.architecture: not supported in GGUF files, got '${name}'${reason}, expected one of: ${Object.keys(ARCHITECTURES).join(', ')}. Open the model's safetensors files instead.`,
  );
}

/** config.json of the model. `divisors` are the values of `rope_freqs.weight`, if it is there. */
export function configOf(
  { name, modelType, config }: { name: string } & Architecture,
  metadata: Metadata,
  tensors: readonly GgufTensor[],
  divisors: readonly number[] | null,
): object {
  const number = (key: string) => metadata.number(`${name}.${key}`);
  const maybe = (key: string) => metadata.maybeNumber(`${name}.${key}`);
  const names = new Set(tensors.map((tensor) => tensor.name));
  const vocabulary = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.shape[0];
  const headWidth = maybe('attention.key_length');
  const window = maybe('attention.sliding_window');
  const bos = metadata.maybeNumber('tokenizer.ggml.bos_token_id');
  return {
    model_type: window && modelType === 'llama' ? 'mistral' : modelType,
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: maybe('attention.head_count_kv') ?? number('attention.head_count'),
    ...(headWidth === undefined ? {} : { head_dim: headWidth }),
    max_position_embeddings: number('context_length'),
    rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
    vocab_size: vocabulary ?? metadata.texts('tokenizer.ggml.tokens').length,
    rope_theta: maybe('rope.freq_base') ?? 10_000,
    ...ropeScaling(name, metadata, divisors),
    ...(window ? { sliding_window: window } : {}),
    tie_word_embeddings: !names.has('output.weight'),
    ...(bos === undefined ? {} : { bos_token_id: bos }),
    ...config?.(names),
  };
}

function ropeScaling(name: string, metadata: Metadata, divisors: readonly number[] | null): object {
  if (divisors) return { rope_scaling: { rope_type: 'divisors', frequency_divisors: divisors } };
  const type = metadata.maybeText(`${name}.rope.scaling.type`) ?? 'none';
  if (type === 'none') return {};
  const original = metadata.maybeNumber(`${name}.rope.scaling.original_context_length`);
  return {
    rope_scaling: {
      rope_type: type,
      factor: metadata.number(`${name}.rope.scaling.factor`),
      ...(original === undefined ? {} : { original_max_position_embeddings: original }),
    },
  };
}

/** A tensor under Hugging Face's name, its rows sent back to Hugging Face's order. */
export function renamed(
  tensor: GgufTensor,
  architecture: Architecture,
  metadata: Metadata,
  name: string,
): StoredTensor {
  const [, block, module, end] = /^(?:blk\.(\d+)\.)?([\w]+)\.(weight|bias)$/.exec(tensor.name) ?? [];
  const table = block === undefined ? OUTER : { ...BLOCK, ...architecture.block };
  const path = module !== undefined && Object.hasOwn(table, module) ? table[module] : undefined;
  // An unknown name stays as it is: the check of the weights then refuses the tensor by that name.
  if (path === undefined) return tensor;
  const prefix = block === undefined ? '' : `model.layers.${block}.`;
  const place = architecture.isInterleaved ? placeOf(module!, tensor, metadata, name) : undefined;
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
