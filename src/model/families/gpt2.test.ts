import { describe, expect, it } from 'vitest';
import { familyOf } from './index';
import { gpt2 } from './gpt2';
import { slotsOf } from './slots';

/** Fields from the published config.json of openai-community/gpt2. */
const small = {
  model_type: 'gpt2',
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  layer_norm_epsilon: 1e-5,
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  vocab_size: 50257,
};

describe('GPT-2 config', () => {
  it('reads the sizes of GPT-2 small', () => {
    expect(familyOf(small).parseConfig(small)).toEqual({
      family: 'gpt2',
      nLayers: 12,
      nHeads: 12,
      nKvHeads: 12,
      dModel: 768,
      dHead: 64,
      dMlp: 3072,
      nCtx: 1024,
      dVocab: 50257,
      nEmbeddings: 50257,
      embedScale: 1,
      positions: { kind: 'learned', offset: 0, padding: null },
      nTokenTypes: 0,
      embedNorm: false,
      experts: null,
      norm: { kind: 'layer', eps: 1e-5, hasWeight: true, hasBias: true, shift: 0 },
      placement: 'pre',
      parallel: false,
      residScale: 1,
      attention: {
        causal: true,
        scale: 0.125,
        softcap: null,
        windows: Array.from({ length: 12 }, () => null),
        qkNorm: 'none',
        clipQkv: null,
        sinks: false,
      },
      mlp: { act: 'gelu_new', gated: false },
      bias: { qkv: true, o: true, mlp: true, unembed: false },
      finalNorm: true,
      head: 'lm',
      headAct: 'gelu',
      classes: [],
      tied: true,
      logitScale: 1,
      logitSoftcap: null,
      orientation: 'in-out',
    });
  });

  it('takes n_inner, n_ctx alone, and the defaults of transformers', () => {
    const { layer_norm_epsilon: _, activation_function: __, n_positions: ___, ...rest } = small;
    const spec = gpt2.parseConfig({ ...rest, n_inner: 61 });
    expect(spec).toMatchObject({ dMlp: 61, nCtx: 1024, norm: { eps: 1e-5 } });
    expect(gpt2.parseConfig({ ...small, n_inner: null }).dMlp).toBe(3072);
  });

  it.each([
    [
      { scale_attn_by_inverse_layer_idx: true },
      'scale_attn_by_inverse_layer_idx: wrong value, got true, expected false or null.',
    ],
    [
      { reorder_and_upcast_attn: true },
      'reorder_and_upcast_attn: wrong value, got true, expected false or null.',
    ],
    [{ add_cross_attention: true }, 'add_cross_attention: wrong value, got true, expected false or null.'],
    [{ n_head: 7 }, 'n_embd: is not a multiple of n_head, got 768, expected a multiple of 7.'],
    [{ n_layer: 0 }, 'n_layer: wrong value, got 0, expected at least 1.'],
    [{ n_layer: 1e9 }, 'n_layer: wrong value, got 1000000000, expected at most 512.'],
    [{ vocab_size: undefined }, 'vocab_size: wrong value, got nothing, expected type number.'],
    [
      { n_positions: undefined, n_ctx: undefined },
      'n_positions: is missing, got nothing, expected the longest prompt in tokens.',
    ],
  ])('refuses %j by name', (change, sentence) => {
    expect(() => gpt2.parseConfig({ ...small, ...change })).toThrow(new Error(`config.json: ${sentence}`));
  });

  it('refuses quantised weights and pruned heads', () => {
    expect(() => gpt2.parseConfig({ ...small, quantization_config: { bits: 4 } })).toThrow(
      /quantization_config/,
    );
    expect(() => gpt2.parseConfig({ ...small, pruned_heads: { 0: [1] } })).toThrow(/pruned_heads/);
    expect(() => gpt2.parseConfig({ ...small, pruned_heads: {} })).not.toThrow();
  });
});

describe('GPT-2 weights', () => {
  const slots = slotsOf(gpt2.parseConfig(small), gpt2.modules);

  it('has the parameter count of GPT-2 small', () => {
    // 124,439,808: the published figure for the 12-layer model with tied embeddings.
    expect(slots.reduce((sum, slot) => sum + slot.shape.reduce((a, b) => a * b, 1), 0)).toBe(124_439_808);
  });

  it('has unique names and sources', () => {
    expect(new Set(slots.map((slot) => slot.name)).size).toBe(slots.length);
    const sources = slots.flatMap((slot) => slot.parts.flatMap((part) => part.sources));
    // Each with and without 'transformer.'; the embedding also under the unembedding's name.
    expect(new Set(sources).size).toBe(2 * slots.length + 1);
  });

  it('keeps the fused QKV and the orientation of the files', () => {
    expect(slots.find((slot) => slot.name === 'blocks.3.attn.W_QKV')).toEqual({
      name: 'blocks.3.attn.W_QKV',
      shape: [768, 2304],
      parts: [
        {
          sources: ['h.3.attn.c_attn.weight', 'transformer.h.3.attn.c_attn.weight'],
          shape: [768, 2304],
        },
      ],
      role: 'matrix',
    });
  });

  it('ignores masks and nothing else', () => {
    for (const name of ['h.0.attn.bias', 'transformer.h.11.attn.masked_bias'])
      expect(gpt2.ignored.test(name)).toBe(true);
    for (const name of ['h.0.attn.c_attn.bias', 'score.weight', 'lm_head.weight', 'h.0.attn.bias2']) {
      expect(gpt2.ignored.test(name)).toBe(false);
    }
  });
});
