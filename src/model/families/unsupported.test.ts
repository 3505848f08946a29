import { describe, expect, it } from 'vitest';
import { families, familyOf } from './index';
import { nearestFamilies, unsupportedTypes } from './unsupported';

const sentence = (config: object): string => {
  try {
    familyOf(config);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('what does not open', () => {
  it.each([
    [
      'deepseek_v3',
      /^config\.json: model_type: 'deepseek_v3' is a mixture of experts of a family that is not supported yet, .* open: mixtral/,
    ],
    ['mamba2', /'mamba2' is a state-space or recurrent model .* Missing: layers that carry a state/],
    ['jamba', /'jamba' is a hybrid of attention and state-space layers, .* Missing: .*Mamba.* open: llama/],
    ['qwen3_next', /'qwen3_next' is a hybrid of attention and linear attention, .* Missing: .*delta rule/],
    ['lfm2', /'lfm2' is a hybrid of attention and short convolutions, .* Missing: the convolution layers/],
    ['recurrent_gemma', /'recurrent_gemma' is a hybrid .* Missing: .*RG-LRU.* open: gemma2/],
    ['gemma3n_text', /'gemma3n_text' is a Gemma 3n text model, .* Missing: AltUp/],
    ['gemma4_text', /'gemma4_text' is a Gemma 4 text model, .* Missing: heads whose width differs/],
    ['qwen2_5_vl', /'qwen2_5_vl' is a model of images, sound or video, .* open: llama/],
    ['t5', /'t5' is an encoder with a decoder, .* open: bert/],
    ['electra', /'electra' is an encoder of a family that is not supported yet, .* open: bert, roberta/],
    ['albert', /'albert' is an encoder of a family that is not supported yet/],
    ['xglm', /'xglm' is a decoder of a family that is not supported yet/],
  ])('says what it is and what comes nearest: %s', (type, expected) => {
    expect(sentence({ model_type: type })).toMatch(expected);
  });

  it.each([
    [{ num_local_experts: 8 }, /is a mixture of experts/],
    [{ vision_config: {} }, /is a model of images/],
    [{ is_encoder_decoder: true }, /is an encoder with a decoder/],
    [
      { layer_types: ['linear_attention', 'full_attention'] },
      /is a hybrid of attention and linear attention/,
    ],
    [{ layers_block_type: ['mamba', 'attention'] }, /is a hybrid of attention and state-space layers/],
    [{ layer_types: ['sliding_attention', 'full_attention'] }, /architecture not supported/],
    [
      { is_encoder_decoder: false, num_experts: null },
      /architecture not supported, got 'brand-new', expected one of: gpt2/,
    ],
  ])('shows itself by its fields where the name is unknown: %j', (fields, expected) => {
    expect(sentence({ model_type: 'brand-new', ...fields })).toMatch(expected);
  });

  it('is in the table once, does not open, and is sent to families that do', () => {
    expect(new Set(unsupportedTypes).size).toBe(unsupportedTypes.length);
    for (const type of unsupportedTypes) expect(families[type], type).toBeUndefined();
    for (const family of nearestFamilies) expect(families[family], family).toBeDefined();
  });

  it.each(['gptq', 'awq', 'bitsandbytes', 'fp8'])('weights that %s quantised', (quant_method) => {
    const config = { model_type: 'llama', quantization_config: { quant_method, bits: 4 } };
    expect(sentence(config)).toMatch(
      `the weights are quantised (${quant_method}), which Loci reads from GGUF`,
    );
  });
});
