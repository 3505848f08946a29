/**
 * What each architecture of GGUF files has of its own, as data: names, keys and fields that differ from Llama's.
 * Source: llama.cpp's gguf-py/gguf/constants.py and convert_hf_to_gguf.py.
 */
import type { Metadata } from './metadata';

export interface Kind {
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
export interface CommonConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly head_dim: number;
  readonly rope_theta: number;
  readonly partial_rotary_factor: number | undefined;
}

const rmsNorm = 'attention.layer_norm_rms_epsilon';
const layerNorm = 'attention.layer_norm_epsilon';
const window = 'attention.sliding_window';
const clampQkv = 'attention.clamp_kqv';
const logitScale = 'logit_scale';

const rmsEps = (name: string) => (metadata: Metadata) => ({
  rms_norm_eps: metadata.number(`${name}.${rmsNorm}`),
});
const attentionBias = (tensors: ReadonlySet<string>) => ({
  attention_bias: tensors.has('blk.0.attn_q.bias'),
});
const mlpBias = (tensors: ReadonlySet<string>) => ({ mlp_bias: tensors.has('blk.0.ffn_up.bias') });

const cohereFields = (name: string) => (metadata: Metadata, tensors: ReadonlySet<string>) => ({
  layer_norm_eps: metadata.number(`${name}.${layerNorm}`),
  logit_scale: metadata.number(`${name}.${logitScale}`),
  ...attentionBias(tensors),
});

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

export const ARCHITECTURES: Readonly<Record<string, Kind>> = {
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
  granite: {
    modelType: 'granite',
    rows: 'pairs',
    keys: [rmsNorm, 'attention.scale', 'embedding_scale', 'residual_scale', logitScale],
    config: (metadata, tensors, c) => ({
      ...rmsEps('granite')(metadata),
      ...attentionBias(tensors),
      ...mlpBias(tensors),
      // 0 and no key are the same to llama.cpp.
      attention_multiplier: metadata.maybeNumber('granite.attention.scale') || 1 / Math.sqrt(c.head_dim),
      embedding_multiplier: metadata.maybeNumber('granite.embedding_scale') || undefined,
      residual_multiplier: metadata.maybeNumber('granite.residual_scale') || undefined,
      logits_scaling: metadata.maybeNumber(`granite.${logitScale}`) || undefined,
    }),
  },
  smollm3: {
    modelType: 'smollm3',
    rows: 'pairs',
    keys: [rmsNorm],
    config: (metadata, tensors) => ({
      ...rmsEps('smollm3')(metadata),
      ...attentionBias(tensors),
      ...mlpBias(tensors),
    }),
    assumed:
      "the file does not say which blocks turn queries and keys: taken is the published model's, all but every fourth.",
  },
  'command-r': {
    modelType: 'cohere',
    keys: [layerNorm, logitScale],
    config: (metadata, tensors) => ({
      ...cohereFields('command-r')(metadata, tensors),
      use_qk_norm: tensors.has('blk.0.attn_q_norm.weight'),
    }),
  },
  cohere2: {
    modelType: 'cohere2',
    keys: [layerNorm, logitScale, window, `${window}_pattern`],
    config: (metadata, tensors) => ({
      ...cohereFields('cohere2')(metadata, tensors),
      sliding_window: metadata.number(`cohere2.${window}`),
      sliding_window_pattern: metadata.maybeNumber(`cohere2.${window}_pattern`),
    }),
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
