/** Every refusal is one sentence that names the field. */
import { describe, expect, it } from 'vitest';
import { familyOf } from './index';
import {
  neo,
  smol,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
  olmo,
  phi,
  opt,
  bert,
  distil,
  granite,
  roberta,
  phi3,
  phi4,
  stablelm,
  falcon7,
  falcon40,
  mixtral,
  qwenMoe,
  olmoe,
  finbert,
  tweets,
  smol3,
  gptj,
  cohere,
  oss,
  specOf,
} from './testing/published';

describe('refusals', () => {
  it.each([
    [
      neo,
      { attention_types: [[['global'], 3]] },
      'attention_types: is not one entry per layer, got 3, expected 4 entries.',
    ],
    [
      neo,
      { attention_types: [[['global'], 1e9]] },
      'attention_types[0][1]: wrong value, got 1000000000, expected at most 512.',
    ],
    [
      neo,
      { num_heads: 7 },
      'hidden_size: is not a multiple of num_heads, got 768, expected a multiple of 7.',
    ],
    [
      smol,
      { num_key_value_heads: 4 },
      'num_key_value_heads: does not divide num_attention_heads, got 4, expected a divisor of 9.',
    ],
    [
      smol,
      { quantization_config: { bits: 4 } },
      "quantization_config: the weights are quantised, which Loci reads from GGUF files alone. Open the model's unquantised files or a GGUF of it.",
    ],
    [
      smol,
      { is_encoder_decoder: true },
      'is_encoder_decoder: wrong value, got true, expected false or null.',
    ],
    [
      smol,
      { num_hidden_layers: 1e9 },
      'num_hidden_layers: wrong value, got 1000000000, expected at most 512.',
    ],
    [
      mixtral,
      { num_experts_per_tok: 9 },
      'num_experts_per_tok: is more than there are, got 9, expected at most 8 experts.',
    ],
    [
      qwenMoe,
      { num_hidden_layers: 512, num_experts: 4096 },
      'num_hidden_layers: makes too many experts, got 2097152, expected at most 65536 in all blocks.',
    ],
    [qwenMoe, { mlp_only_layers: [-1] }, 'mlp_only_layers[0]: wrong value, got -1, expected at least 0.'],
    [oss, { swiglu_alpha: 1.5 }, 'swiglu_alpha: wrong value, got 1.5, expected 1.702.'],
    [
      oss,
      { quantization_config: { quant_method: 'mxfp4' } },
      'quantization_config: the weights are quantised (mxfp4), which Loci does not read. Open a copy with 16-bit weights.',
    ],
    [olmoe, { clip_qkv: 8 }, 'clip_qkv: wrong value, got 8, expected type null.'],
    [
      mistral,
      { layer_types: ['full_attention'] },
      'layer_types: wrong value, got ["full_attention"], expected type null.',
    ],
    [
      qwen2,
      { layer_types: ['full_attention'] },
      'layer_types: is not one entry per layer, got 1, expected 24 entries.',
    ],
    [
      qwen3,
      { num_hidden_layers: 1, layer_types: ['sliding_attention'] },
      'sliding_window: is missing, got null, expected the window of sliding layers.',
    ],
    [
      qwen3,
      { layer_types: ['linear_attention'] },
      'layer_types[0]: wrong value, got "linear_attention", expected "full_attention" or "sliding_attention".',
    ],
    [
      gemma2,
      { use_bidirectional_attention: true },
      'use_bidirectional_attention: wrong value, got true, expected false or null.',
    ],
    [
      gemma3,
      { rope_parameters: { rope_type: 'default' } },
      'rope_parameters: unknown field, got "rope_type".',
    ],
    [
      gptj,
      { rotary_dim: 258 },
      'rotary_dim: does not fit a head, got 258, expected an even number up to 256.',
    ],
    [gptj, { rotary_dim: 31 }, 'rotary_dim: does not fit a head, got 31, expected an even number up to 256.'],
    [
      smol3,
      { no_rope_layers: [1, 0] },
      'no_rope_layers: has no entry for some layers, got 2, expected 36 entries.',
    ],
    [granite, { residual_multiplier: 0 }, 'residual_multiplier: wrong value, got 0, expected more than 0.'],
    [cohere, { use_qk_norm: true }, 'use_qk_norm: wrong value, got true, expected false or null.'],
    [cohere, { logit_scale: -1 }, 'logit_scale: wrong value, got -1, expected more than 0.'],
    [olmo, { clip_qkv: 0 }, 'clip_qkv: wrong value, got 0, expected more than 0.'],
    [phi, { qk_layernorm: true }, 'qk_layernorm: wrong value, got true, expected false or null.'],
    [opt, { do_layer_norm_before: false }, 'do_layer_norm_before: wrong value, got false, expected true.'],
    [
      opt,
      { word_embed_proj_dim: 512 },
      'word_embed_proj_dim: is not supported unless it is hidden_size, got 512, expected 768.',
    ],
    [
      bert,
      { position_embedding_type: 'relative_key' },
      'position_embedding_type: wrong value, got "relative_key", expected "absolute".',
    ],
    [bert, { is_decoder: true }, 'is_decoder: wrong value, got true, expected false or null.'],
    [
      bert,
      { architectures: ['BertForTokenClassification'] },
      'architectures: head not supported, got ["BertForTokenClassification"], expected BertForMaskedLM or BertForPreTraining or BertForSequenceClassification or BertModel.',
    ],
    [
      phi4,
      { original_max_position_embeddings: 1 },
      'original_max_position_embeddings: is too small for longrope, got 1, expected at least 2.',
    ],
    [
      phi3,
      { rope_scaling: { type: 'linear', factor: 2 } },
      'rope_scaling.rope_type: rotary scaling not supported, got "linear", expected default or longrope.',
    ],
    [stablelm, { qk_layernorm: true }, 'qk_layernorm: wrong value, got true, expected false or null.'],
    [falcon7, { alibi: true }, 'alibi: wrong value, got true, expected false or null.'],
    [
      falcon40,
      { num_kv_heads: 7 },
      'num_kv_heads: does not divide num_attention_heads, got 7, expected a divisor of 128.',
    ],
    [
      falcon40,
      { parallel_attn: false },
      'parallel_attn: is not supported with new_decoder_architecture, got false, expected true.',
    ],
    [
      falcon7,
      { num_ln_in_parallel_attn: 2 },
      'num_ln_in_parallel_attn: is not supported without new_decoder_architecture, got 2, expected 1.',
    ],
    [
      distil,
      { architectures: undefined },
      'architectures: head not supported, got nothing, expected DistilBertForMaskedLM or DistilBertForSequenceClassification or DistilBertModel.',
    ],
    [
      tweets,
      { problem_type: 'multi_label_classification' },
      'problem_type: answers that are not one class of several are not supported, got "multi_label_classification", expected "single_label_classification" or none.',
    ],
    [
      finbert,
      { problem_type: 'regression' },
      'problem_type: answers that are not one class of several are not supported, got "regression", expected "single_label_classification" or none.',
    ],
    [
      finbert,
      { id2label: { 0: 'LABEL_0' } },
      'id2label: one label is a regression, which is not supported, got 1, expected two classes or more.',
    ],
    [
      finbert,
      { id2label: { 0: 'a', 2: 'b' } },
      'id2label: leaves out a class, got "2", expected the ids from 0 on, here 1.',
    ],
    [
      finbert,
      { id2label: { 0: 'a', 1: 'a' } },
      'id2label: two classes share a name, got "a", expected a different name for every class.',
    ],
    [
      roberta,
      { pad_token_id: 513 },
      'pad_token_id: leaves no positions, got 513, expected a number below 513.',
    ],
  ])('$model_type, case %#', (config, change, sentence) => {
    expect(() => specOf(config, change)).toThrow(new Error(`config.json: ${sentence}`));
  });

  it('compare the names of as many classes as there may be, the last with the first', () => {
    const names = Array.from({ length: 2 ** 16 }, (_, i) => [i, `class ${i}`] as const);
    const labels = (list: typeof names) => ({ id2label: Object.fromEntries(list) });
    expect(specOf(finbert, labels(names)).dVocab).toBe(2 ** 16);
    expect(() => specOf(finbert, labels([...names.slice(0, -1), [2 ** 16 - 1, 'class 0']]))).toThrow(
      'config.json: id2label: two classes share a name, got "class 0"',
    );
  });

  it('name an activation that is not supported, and those that are', () => {
    expect(() => specOf(smol, { hidden_act: 'relu2' })).toThrow(
      /^config\.json: hidden_act: wrong value, got "relu2", expected "gelu" or .*"quick_gelu" or "tanh"\.$/,
    );
  });

  it.each(['a-new-one', 'toString'])("model_type '%s' is not supported", (type) => {
    expect(() => familyOf({ model_type: type })).toThrow(
      new RegExp(
        `^config\\.json: model_type: architecture not supported, got '${type}', expected one of: gpt2, `,
      ),
    );
    expect(() => familyOf([])).toThrow(/^config\.json/);
  });
});
