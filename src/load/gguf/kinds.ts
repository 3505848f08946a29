/**
 * Data specific to each GGUF architecture: names, keys and fields that differ from Llama's. Source:
 * llama.cpp's gguf-py/gguf/constants.py and convert_hf_to_gguf.py.
 */
import type { Metadata } from './metadata';

export interface Kind {
  readonly modelType: string;
  /**
   * Order of stored rows. 'pairs': queries and keys interleave the two halves of a head's rotary
   * pairs. 'branches': all queries, then all keys, then all values, although the model groups them
   * by key-value head.
   */
  readonly rows?: 'pairs' | 'branches';
  /**
   * Fields of config.json specific to this architecture, from its metadata and tensors; `common` are
   * the shared ones.
   */
  readonly config?: (own: Metadata, tensors: ReadonlySet<string>, common: CommonConfig) => object;
  /** An assumption that the file does not state, as one sentence. */
  readonly assumed?: string;
  /** Keys of this architecture, in addition to `KEYS`. */
  readonly keys?: readonly string[];
  /** The key of the factor on cos and sin, as in the model's config. */
  readonly rotaryMagnitude?: string;
  /** Whether only a part of each head may rotate. */
  readonly isPartlyRotary?: boolean;
  /** Prefix of block N's names; Llama's by default. */
  readonly blocks?: string;
  /** Names outside blocks that differ from Llama's, and names within block N. */
  readonly outer?: Readonly<Record<string, string>>;
  readonly block?: Readonly<Record<string, string>>;
}

/** Fields of config.json that all architectures share. */
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
const expertCounts = ['expert_count', 'expert_used_count'];
const clampQkv = 'attention.clamp_kqv';
const logitScale = 'logit_scale';

const rmsEps = (own: Metadata) => ({ rms_norm_eps: own.number(rmsNorm) });
const layerEps = (own: Metadata) => ({ layer_norm_eps: own.number(layerNorm) });
const gemmaEps = (own: Metadata) => ({ ...rmsEps(own), norm_shift: 0 });
const expertsOf = (own: Metadata) => ({
  num_experts: own.number('expert_count'),
  num_experts_per_tok: own.number('expert_used_count'),
});
const attentionBias = (tensors: ReadonlySet<string>) => ({
  attention_bias: tensors.has('blk.0.attn_q.bias'),
});
const biases = (tensors: ReadonlySet<string>) => ({
  ...attentionBias(tensors),
  mlp_bias: tensors.has('blk.0.ffn_up.bias'),
});

const cohereFields = (own: Metadata, tensors: ReadonlySet<string>) => ({
  ...layerEps(own),
  logit_scale: own.number(logitScale),
  ...attentionBias(tensors),
});

const gemmaKeys = [rmsNorm, window, 'final_logit_softcapping'];
/** Norms before and after each branch. */
const sandwich = {
  post_attention_norm: 'post_attention_layernorm',
  ffn_norm: 'pre_feedforward_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
};
/**
 * Gemma's largest models scale scores by the width per head, the others by a head's width; the
 * number of layers tells them apart.
 */
const scoreScale = (largest: number, c: CommonConfig) =>
  c.num_hidden_layers === largest ? Math.floor(c.hidden_size / c.num_attention_heads) : c.head_dim;

export const ARCHITECTURES: Readonly<Record<string, Kind>> = {
  gpt2: {
    modelType: 'gpt2',
    keys: [layerNorm],
    config: (own, _tensors, c) => ({
      n_embd: c.hidden_size,
      n_layer: c.num_hidden_layers,
      n_head: c.num_attention_heads,
      n_inner: own.number('feed_forward_length'),
      n_positions: own.number('context_length'),
      layer_norm_epsilon: own.number(layerNorm),
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
    config: (own, _tensors, c) => ({
      ...layerEps(own),
      use_parallel_residual: own.isOn('use_parallel_residual') ?? true,
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
  gemma: { modelType: 'gemma', keys: [rmsNorm], config: gemmaEps },
  gemma2: {
    modelType: 'gemma2',
    keys: [...gemmaKeys, 'attn_logit_softcapping'],
    config: (own, _tensors, c) => ({
      ...gemmaEps(own),
      query_pre_attn_scalar: scoreScale(46, c),
      sliding_window: own.maybeNumber(window),
      attn_logit_softcapping: own.maybeNumber('attn_logit_softcapping'),
      final_logit_softcapping: own.maybeNumber('final_logit_softcapping'),
    }),
    block: sandwich,
  },
  gemma3: {
    modelType: 'gemma3_text',
    keys: [...gemmaKeys, `${window}_pattern`, 'rope.freq_base_swa'],
    config: (own, _tensors, c) => {
      const width = own.maybeNumber(window) || null;
      return {
        ...gemmaEps(own),
        query_pre_attn_scalar: scoreScale(62, c),
        sliding_window: width,
        sliding_window_pattern: width ? (own.maybeNumber(`${window}_pattern`) ?? 6) : 1,
        rope_local_base_freq: own.maybeNumber('rope.freq_base_swa'),
        final_logit_softcapping: own.maybeNumber('final_logit_softcapping') || null,
      };
    },
    block: sandwich,
  },
  llama: {
    modelType: 'llama',
    rows: 'pairs',
    keys: [rmsNorm, window, ...expertCounts],
    config: (own, tensors) => {
      // Mistral is stored as Llama with a window, Mixtral as Llama with experts.
      const width = own.maybeNumber(window) || null;
      const experts = own.maybeNumber('expert_count') || null;
      const mistral = width || experts ? { model_type: 'mistral', sliding_window: width } : {};
      const mixtral = experts && {
        model_type: 'mixtral',
        num_local_experts: experts,
        num_experts_per_tok: own.number('expert_used_count'),
      };
      return { ...rmsEps(own), ...biases(tensors), ...mistral, ...mixtral };
    },
    block: {
      ffn_gate_exps: 'mlp.experts.*.w1',
      ffn_up_exps: 'mlp.experts.*.w3',
      ffn_down_exps: 'mlp.experts.*.w2',
    },
  },
  granite: {
    modelType: 'granite',
    rows: 'pairs',
    keys: [rmsNorm, 'attention.scale', 'embedding_scale', 'residual_scale', logitScale],
    config: (own, tensors, c) => ({
      ...rmsEps(own),
      ...biases(tensors),
      // llama.cpp treats 0 as absent.
      attention_multiplier: own.maybeNumber('attention.scale') || 1 / Math.sqrt(c.head_dim),
      embedding_multiplier: own.maybeNumber('embedding_scale') || undefined,
      residual_multiplier: own.maybeNumber('residual_scale') || undefined,
      logits_scaling: own.maybeNumber(logitScale) || undefined,
    }),
  },
  smollm3: {
    modelType: 'smollm3',
    rows: 'pairs',
    keys: [rmsNorm],
    config: (own, tensors) => ({ ...rmsEps(own), ...biases(tensors) }),
    assumed:
      "the file does not say which blocks turn queries and keys: taken is the published model's, all but every fourth.",
  },
  'command-r': {
    modelType: 'cohere',
    keys: [layerNorm, logitScale],
    config: (own, tensors) => ({
      ...cohereFields(own, tensors),
      use_qk_norm: tensors.has('blk.0.attn_q_norm.weight'),
    }),
  },
  cohere2: {
    modelType: 'cohere2',
    keys: [layerNorm, logitScale, window, `${window}_pattern`],
    config: (own, tensors) => ({
      ...cohereFields(own, tensors),
      sliding_window: own.number(window),
      sliding_window_pattern: own.maybeNumber(`${window}_pattern`),
    }),
  },
  qwen2: { modelType: 'qwen2', keys: [rmsNorm], config: rmsEps },
  qwen3: {
    modelType: 'qwen3',
    keys: [rmsNorm],
    config: (own, tensors) => ({ ...rmsEps(own), ...attentionBias(tensors) }),
  },
  qwen3moe: {
    modelType: 'qwen3_moe',
    keys: [rmsNorm, ...expertCounts, 'expert_feed_forward_length'],
    config: (own, tensors) => ({
      ...rmsEps(own),
      ...attentionBias(tensors),
      ...expertsOf(own),
      moe_intermediate_size: own.number('expert_feed_forward_length'),
      // llama.cpp always divides by the sum for this kind.
      norm_topk_prob: true,
      mlp_only_layers: [...tensors].flatMap((name) => {
        const [, block] = /^blk\.(\d+)\.ffn_gate\.weight$/.exec(name) ?? [];
        return block === undefined ? [] : [Number(block)];
      }),
    }),
  },
  olmoe: {
    modelType: 'olmoe',
    keys: [rmsNorm, ...expertCounts],
    // llama.cpp never divides by the sum.
    config: (own) => ({ ...rmsEps(own), ...expertsOf(own), norm_topk_prob: false }),
  },
  olmo: {
    modelType: 'olmo',
    rows: 'pairs',
    // Always 1e-5, as in the model.
    keys: [layerNorm, clampQkv],
    config: (own) => ({ clip_qkv: own.maybeNumber(clampQkv) || null }),
  },
  olmo2: {
    modelType: 'olmo2',
    keys: [rmsNorm, window, `${window}_pattern`],
    rotaryMagnitude: 'rope.scaling.yarn_attn_factor',
    config: (own) => {
      // OLMo 3 is stored as OLMo 2 with windows.
      const width = own.maybeNumber(window);
      const olmo3 = () => ({
        model_type: 'olmo3',
        sliding_window: width,
        layer_types: own
          .flags(`${window}_pattern`)
          .map((slides) => (slides ? 'sliding_attention' : 'full_attention')),
      });
      return { ...rmsEps(own), ...(width ? olmo3() : {}) };
    },
    block: { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' },
  },
  phi2: {
    modelType: 'phi',
    isPartlyRotary: true,
    keys: [layerNorm],
    config: layerEps,
    outer: { output_norm: 'model.final_layernorm' },
    block: { attn_output: 'self_attn.dense', ffn_up: 'mlp.fc1', ffn_down: 'mlp.fc2' },
  },
  phi3: {
    modelType: 'phi3',
    isPartlyRotary: true,
    rotaryMagnitude: 'rope.scaling.attn_factor',
    keys: [rmsNorm, window],
    config: (own) => ({
      ...rmsEps(own),
      sliding_window: own.maybeNumber(window) || null,
      original_max_position_embeddings: own.maybeNumber('rope.scaling.original_context_length'),
    }),
    block: { attn_qkv: 'self_attn.qkv_proj', ffn_up: 'mlp.gate_up_proj' },
  },
  stablelm: {
    modelType: 'stablelm',
    isPartlyRotary: true,
    // Says that blocks are parallel if the config does not; llama.cpp decides by the norms instead.
    keys: [layerNorm, 'use_parallel_residual'],
    config: (own, tensors) => ({
      ...layerEps(own),
      use_qkv_bias: tensors.has('blk.0.attn_q.bias'),
      use_parallel_residual: !tensors.has('blk.0.ffn_norm.weight'),
    }),
  },
  falcon: {
    modelType: 'falcon',
    rows: 'branches',
    keys: [layerNorm],
    config: (own, tensors) => {
      const groups = own.maybeNumber('attention.head_count_kv') ?? 1;
      const norms = tensors.has('blk.0.attn_norm_2.weight') ? 2 : 1;
      return {
        ...(groups > 1 || norms === 2
          ? { new_decoder_architecture: true, num_kv_heads: groups, num_ln_in_parallel_attn: norms }
          : { multi_query: true }),
        ffn_hidden_size: own.number('feed_forward_length'),
        layer_norm_epsilon: own.number(layerNorm),
        bias: tensors.has('blk.0.attn_qkv.bias'),
      };
    },
    blocks: 'transformer.h',
    outer: { token_embd: 'transformer.word_embeddings', output_norm: 'transformer.ln_f' },
    block: {
      // Alone, the norm of both branches; beside the other one, the MLP's.
      attn_norm: 'input_layernorm',
      attn_norm_2: 'ln_attn',
      attn_qkv: 'self_attention.query_key_value',
      attn_output: 'self_attention.dense',
      ffn_up: 'mlp.dense_h_to_4h',
      ffn_down: 'mlp.dense_4h_to_h',
    },
  },
};
