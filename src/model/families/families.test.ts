/** How the families differ. The configs' figures come from `reference/families/configs.json`. */
import { describe, expect, it } from 'vitest';
import { qkvWidth } from '../spec';
import { families, familyOf } from './index';
import { insideModel, slotsOf } from './slots';
import {
  gpt2,
  neo,
  neox,
  smol,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
  olmo,
  olmo2,
  phi,
  opt,
  bert,
  mini,
  distil,
  gemma,
  granite,
  roberta,
  xlmRoberta,
  bge,
  phi3,
  phi4,
  olmo3,
  stablelm,
  falcon7,
  falcon40,
  mixtral,
  qwenMoe,
  olmoe,
  finbert,
  sst2,
  tweets,
  xlmTweets,
  smol3,
  gptj,
  cohere,
  cohere2,
  oss,
  specOf,
} from './testing/published';

const layerNorm = { kind: 'layer', eps: 1e-5, hasWeight: true, hasBias: true, shift: 0 };
const every = <T>(n: number, value: T) => Array.from({ length: n }, () => value);

describe('what families differ in', () => {
  it.each([
    [gpt2, { orientation: 'in-out', positions: { kind: 'learned', offset: 0 }, norm: layerNorm, tied: true }],
    [
      neo,
      {
        dHead: 48,
        dMlp: 3072,
        attention: { scale: 1, windows: [null, 256, null, 256], qkNorm: 'none', softcap: null, causal: true },
        bias: { qkv: false, o: true, mlp: true, unembed: false },
        tied: true,
      },
    ],
    [neox, { parallel: true, positions: { dims: 16 }, mlp: { act: 'gelu', gated: false }, tied: false }],
    [granite, { embedScale: 12, residScale: 0.22, logitScale: 1 / 8, attention: { scale: 1 / 64 } }],
    [
      smol3,
      {
        nKvHeads: 4,
        tied: true,
        positions: { tableOfLayer: every(9, [0, 0, 0, null]).flat(), pairs: 'halves' },
      },
    ],
    [
      gptj,
      {
        dHead: 256,
        dMlp: 16_384,
        parallel: true,
        positions: { dims: 64, pairs: 'neighbours' },
        bias: { qkv: false, o: false, mlp: true, unembed: true },
        tied: false,
      },
    ],
    [
      cohere,
      {
        nKvHeads: 8,
        parallel: true,
        norm: { kind: 'layer', hasWeight: true, hasBias: false },
        positions: { dims: 128, pairs: 'neighbours' },
        logitScale: 1 / 16,
        tied: true,
      },
    ],
    [
      cohere2,
      {
        logitScale: 1 / 4,
        positions: { tableOfLayer: every(8, [0, 0, 0, null]).flat(), pairs: 'neighbours' },
        attention: { windows: every(8, [4096, 4096, 4096, null]).flat() },
      },
    ],
    [smol, { nHeads: 9, nKvHeads: 3, dHead: 64, norm: { kind: 'rms', eps: 1e-5 }, placement: 'pre' }],
    [mistral, { nKvHeads: 8, attention: { windows: every(32, 4096) }, tied: false }],
    [
      qwen2,
      {
        nKvHeads: 2,
        dHead: 64,
        bias: { qkv: true, o: false, mlp: false, unembed: false },
        attention: { windows: every(24, null) },
      },
    ],
    [qwen3, { dHead: 128, nHeads: 16, dModel: 1024, attention: { qkNorm: 'head' } }],
    [
      gemma,
      {
        placement: 'pre',
        embedScale: Math.sqrt(2048),
        norm: { kind: 'rms', shift: 1 },
        mlp: { act: 'gelu_new', gated: true },
      },
    ],
    [
      gemma2,
      {
        placement: 'sandwich',
        embedScale: 48,
        logitSoftcap: 30,
        attention: {
          scale: 1 / 16,
          softcap: 50,
          windows: Array.from({ length: 26 }, (_, l) => (l % 2 === 0 ? 4096 : null)),
        },
        norm: { kind: 'rms', shift: 1 },
      },
    ],
    [
      gemma3,
      {
        placement: 'sandwich',
        logitSoftcap: null,
        attention: {
          qkNorm: 'head',
          softcap: null,
          windows: Array.from({ length: 26 }, (_, l) => (l % 6 === 5 ? null : 512)),
        },
        positions: { tableOfLayer: Array.from({ length: 26 }, (_, l) => (l % 6 === 5 ? 0 : 1)) },
      },
    ],
    [olmo, { norm: { kind: 'layer', eps: 1e-5, hasWeight: false, hasBias: false }, tied: true }],
    [olmo2, { placement: 'branch-end', attention: { qkNorm: 'full' }, norm: { kind: 'rms', eps: 1e-6 } }],
    [
      phi,
      {
        parallel: true,
        positions: { dims: 32 },
        bias: { qkv: true, o: true, mlp: true, unembed: true },
        norm: layerNorm,
      },
    ],
    [opt, { positions: { kind: 'learned', offset: 2 }, mlp: { act: 'relu', gated: false }, finalNorm: true }],
    [
      bert,
      {
        head: 'mlm',
        dVocab: 30522,
        nTokenTypes: 2,
        embedNorm: true,
        placement: 'post',
        finalNorm: false,
        tied: true,
        attention: { causal: false },
        bias: { unembed: true },
        norm: { eps: 1e-12 },
      },
    ],
    [mini, { head: 'none', dVocab: 0, nEmbeddings: 30522, dHead: 32, bias: { unembed: false }, tied: false }],
    [
      mixtral,
      {
        experts: { count: 8, active: 2, width: 14336, renormalised: true, layers: every(32, true) },
        nKvHeads: 8,
        placement: 'pre',
        attention: { windows: every(32, null) },
      },
    ],
    [
      qwenMoe,
      {
        experts: { count: 128, active: 8, width: 768, renormalised: true, layers: every(48, true) },
        dHead: 128,
        dMlp: 6144,
        attention: { qkNorm: 'head' },
      },
    ],
    [
      olmoe,
      {
        experts: { count: 64, active: 8, width: 1024, renormalised: false, layers: every(16, true) },
        placement: 'pre',
        norm: { kind: 'rms', eps: 1e-5 },
        attention: { qkNorm: 'full', clipQkv: null },
      },
    ],
    [
      oss,
      {
        experts: {
          count: 32,
          active: 4,
          width: 2880,
          renormalised: true,
          bias: true,
          clamp: 7,
          stored: 'stacked',
        },
        dHead: 64,
        mlp: { act: 'quick_gelu', gated: true },
        bias: { qkv: true, o: true, unembed: false },
        attention: { sinks: true, windows: Array.from({ length: 24 }, (_, l) => (l % 2 === 0 ? 128 : null)) },
      },
    ],
    [distil, { head: 'mlm', nTokenTypes: 0, norm: { eps: 1e-12 }, attention: { causal: false } }],
    [
      roberta,
      {
        head: 'mlm',
        headAct: 'gelu',
        dVocab: 50265,
        nCtx: 512,
        nTokenTypes: 1,
        positions: { kind: 'learned', offset: 2, padding: 1 },
        norm: { eps: 1e-5 },
        placement: 'post',
        attention: { causal: false },
        bias: { unembed: true },
        tied: true,
      },
    ],
    [xlmRoberta, { head: 'mlm', dVocab: 250002, nCtx: 512, positions: { offset: 2 } }],
    [bge, { head: 'none', dVocab: 0, nEmbeddings: 250002, nCtx: 8192, dModel: 1024 }],
    [
      phi3,
      {
        attention: { windows: every(32, 2047) },
        positions: { dims: 96, tables: [{ magnitude: 1 }] },
        mlp: { act: 'silu', gated: true },
        norm: { kind: 'rms', eps: 1e-5 },
        tied: false,
      },
    ],
    [
      phi4,
      {
        nKvHeads: 8,
        positions: {
          dims: 96,
          tables: [{ magnitude: Math.sqrt(1 + Math.log(32) / Math.log(4096)), beyond: { length: 4096 } }],
        },
        tied: true,
      },
    ],
    [
      olmo3,
      {
        placement: 'branch-end',
        attention: {
          qkNorm: 'full',
          windows: Array.from({ length: 32 }, (_, l) => (l % 4 === 3 ? null : 4096)),
        },
        positions: { tables: [{ magnitude: 1.2079441541679836 }, { magnitude: 1 }] },
        norm: { kind: 'rms', eps: 1e-6 },
      },
    ],
    [
      stablelm,
      {
        parallel: false,
        positions: { dims: 16 },
        bias: { qkv: true, o: false, mlp: false, unembed: false },
        norm: layerNorm,
        mlp: { act: 'silu', gated: true },
      },
    ],
    [
      falcon7,
      { nHeads: 71, nKvHeads: 1, dHead: 64, dMlp: 4 * 4544, parallel: true, norm: layerNorm, tied: true },
    ],
    [falcon40, { nHeads: 128, nKvHeads: 8, parallel: true, mlp: { act: 'gelu', gated: false } }],
    [
      finbert,
      {
        head: 'classes',
        headAct: 'tanh',
        classes: ['positive', 'negative', 'neutral'],
        dVocab: 3,
        nEmbeddings: 30522,
        bias: { unembed: true },
        tied: false,
      },
    ],
    [sst2, { head: 'classes', headAct: 'relu', classes: ['NEGATIVE', 'POSITIVE'], dVocab: 2 }],
    [tweets, { head: 'classes', headAct: 'tanh', dVocab: 3, nEmbeddings: 50265, nCtx: 512 }],
    [xlmTweets, { head: 'classes', classes: ['negative', 'neutral', 'positive'], tied: false }],
  ])('$model_type, case %#', (config, expected) => {
    expect(specOf(config)).toMatchObject(expected);
  });
});

describe('fields that choose', () => {
  it.each([
    ['pre-norm without parallel', neox, { use_parallel_residual: false }, { parallel: false }],
    ['NeoX without biases', neox, { attention_bias: false }, { bias: { qkv: false, o: false, mlp: true } }],
    ['another activation', neox, { hidden_act: 'gelu_fast' }, { mlp: { act: 'gelu_new' } }],
    ['Llama with biases', smol, { attention_bias: true, mlp_bias: true }, { bias: { qkv: true, mlp: true } }],
    ['heads of another width', smol, { head_dim: 32 }, { dHead: 32, attention: { scale: 32 ** -0.5 } }],
    [
      'experts in every other block, but for one',
      qwenMoe,
      { num_hidden_layers: 6, decoder_sparse_step: 2, mlp_only_layers: [3], norm_topk_prob: undefined },
      { experts: { layers: [false, true, false, false, false, true], renormalised: false } },
    ],
    [
      'windows in turns',
      oss,
      { layer_types: undefined },
      { attention: { windows: Array.from({ length: 24 }, (_, l) => (l % 2 === 0 ? 128 : null)) } },
    ],
    ['experts in no block', qwenMoe, { num_hidden_layers: 2, mlp_only_layers: [0, 1] }, { experts: null }],
    [
      'a window in every block',
      qwenMoe,
      { use_sliding_window: true, sliding_window: 64 },
      { attention: { windows: every(48, 64) } },
    ],
    [
      "Mixtral's own base",
      mixtral,
      { rope_theta: undefined, rms_norm_eps: undefined },
      { norm: { eps: 1e-5 } },
    ],
    ['no grouped heads', smol, { num_key_value_heads: null }, { nKvHeads: 9 }],
    ['no window', mistral, { sliding_window: null }, { attention: { windows: every(32, null) } }],
    [
      'windows from a layer on',
      qwen2,
      { use_sliding_window: true, sliding_window: 7, max_window_layers: 22 },
      { attention: { windows: [...every(22, null), 7, 7] } },
    ],
    [
      'windows by list',
      qwen3,
      {
        num_hidden_layers: 2,
        use_sliding_window: true,
        sliding_window: 7,
        layer_types: ['sliding_attention', 'full_attention'],
      },
      { attention: { windows: [7, null] } },
    ],
    ['scores that are not scaled', gpt2, { scale_attn_weights: false }, { attention: { scale: 1 } }],
    ['an untied head', gpt2, { tie_word_embeddings: false }, { tied: false }],
    [
      'no caps',
      gemma2,
      { attn_logit_softcapping: null, final_logit_softcapping: null },
      { logitSoftcap: null },
    ],
    [
      'blocks that turn by interval',
      smol3,
      { num_hidden_layers: 3, layer_types: null, no_rope_layers: null, no_rope_layer_interval: 2 },
      { positions: { tableOfLayer: [0, null, 0] } },
    ],
    [
      'windows of blocks that do not turn',
      smol3,
      {
        num_hidden_layers: 2,
        layer_types: null,
        no_rope_layers: [0, 1],
        use_sliding_window: true,
        sliding_window: 7,
      },
      { attention: { windows: [7, null] }, positions: { tableOfLayer: [null, 0] } },
    ],
    ['an MLP of its own width', gptj, { n_inner: 96 }, { dMlp: 96 }],
    [
      'blocks by list',
      cohere2,
      { num_hidden_layers: 2, layer_types: ['full_attention', 'sliding_attention'] },
      { attention: { windows: [null, 4096] }, positions: { tableOfLayer: [null, 0] } },
    ],
    ['clipped queries, keys and values', olmo, { clip_qkv: 8 }, { attention: { clipQkv: 8 } }],
    ['another score scale', gemma2, { query_pre_attn_scalar: 144 }, { attention: { scale: 1 / 12 } }],
    ['no last norm', opt, { _remove_final_layer_norm: true }, { finalNorm: false }],
    [
      'OLMo 3 by its rule',
      olmo3,
      { layer_types: null, num_hidden_layers: 5, sliding_window: 7 },
      { attention: { windows: [7, 7, 7, null, 7] } },
    ],
    [
      'longrope under its first name',
      phi4,
      { rope_scaling: { ...(phi4!.rope_scaling as object), type: 'su' } },
      { positions: { tables: [{ beyond: { length: 4096 } }] } },
    ],
    ['StableLM in parallel', stablelm, { use_parallel_residual: true }, { parallel: true }],
    [
      'StableLM with as many key-value heads as it has by default',
      stablelm,
      { num_key_value_heads: undefined },
      { nKvHeads: 32 },
    ],
    [
      'Falcon with a head of keys for each',
      falcon7,
      { multi_query: false, num_kv_heads: 3 },
      { nKvHeads: 71 },
    ],
    [
      'Falcon one after the other',
      falcon7,
      { parallel_attn: false, bias: true },
      { parallel: false, bias: { qkv: true, o: true, mlp: true } },
    ],
    [
      'Falcon with a width of its own',
      falcon7,
      { n_embed: 71 * 8, ffn_hidden_size: 9 },
      { dModel: 568, dHead: 8, dMlp: 9 },
    ],
    ['BERT for pretraining', bert, { architectures: ['BertForPreTraining'] }, { head: 'mlm' }],
    ['another padding', roberta, { pad_token_id: 4 }, { nCtx: 509, positions: { offset: 5, padding: 4 } }],
    [
      'an activation that the head does not share',
      xlmRoberta,
      { hidden_act: 'relu' },
      { mlp: { act: 'relu' }, headAct: 'gelu' },
    ],
    [
      'classes without names',
      finbert,
      { id2label: null, num_labels: 3 },
      { classes: ['LABEL_0', 'LABEL_1', 'LABEL_2'] },
    ],
    ['two classes by default', finbert, { id2label: null }, { classes: ['LABEL_0', 'LABEL_1'] }],
    ["BERT's head with its activation", bert, { hidden_act: 'relu' }, { headAct: 'relu' }],
    ['DistilBERT alone', distil, { architectures: ['DistilBertModel'] }, { head: 'none' }],
  ])('%s', (_, config, change, expected) => {
    expect(specOf(config, change)).toMatchObject(expected);
  });

  it('give an untied head a table of its own, and a tied one the embedding under either name', () => {
    for (const [config, name] of [
      [smol, 'lm_head.weight'],
      [neox, 'embed_out.weight'],
      [bert, 'cls.predictions.decoder.weight'],
      [roberta, 'lm_head.decoder.weight'],
    ] as const) {
      const family = familyOf(config);
      const untied = specOf(config, { tie_word_embeddings: false });
      const tied = specOf(config, { tie_word_embeddings: true });
      const table = slotsOf(untied, family.modules).find((slot) => slot.name === 'unembed.W_U');
      expect(table?.role).toBe('table');
      expect(table?.parts[0]?.sources).toContain(name);
      const embedding = (spec: typeof tied) =>
        slotsOf(spec, family.modules).find((slot) => slot.name === 'embed.W_E')!.parts[0]!.sources;
      expect(embedding(untied)).not.toContain(name);
      expect(embedding(tied)).toContain(name);
      expect(slotsOf(tied, family.modules).some((slot) => slot.name === 'unembed.W_U')).toBe(false);
    }
  });
});

describe('weights', () => {
  it('of NeoX: rows [H, 3, K] become rows [3, H, K]', () => {
    const spec = specOf(neox, { hidden_size: 12, num_attention_heads: 3, rotary_pct: 1 });
    const part = slotsOf(spec, families.gpt_neox!.modules).find(
      (slot) => slot.name === 'blocks.0.attn.W_QKV',
    )!.parts[0]!;
    const [H, K] = [3, 4];
    const rows = Array.from({ length: qkvWidth(spec) }, () => '');
    let row = 0;
    for (let h = 0; h < H; h++)
      for (const branch of ['q', 'k', 'v'])
        for (let c = 0; c < K; c++) rows[part.place!(row++)] = `${branch}${h}.${c}`;
    expect(rows.slice(0, 5)).toEqual(['q0.0', 'q0.1', 'q0.2', 'q0.3', 'q1.0']);
    expect([rows[12], rows[23], rows[24], rows[35]]).toEqual(['k0.0', 'k2.3', 'v0.0', 'v2.3']);
    expect(rows.every((text) => text !== '')).toBe(true);
  });

  it("of Phi: the second norm is the first's tensors", () => {
    const slots = slotsOf(specOf(phi), familyOf(phi).modules);
    const sources = (name: string) => slots.find((slot) => slot.name === name)?.parts[0]?.sources;
    expect(sources('blocks.5.ln2.w')).toEqual(sources('blocks.5.ln1.w'));
    expect(sources('blocks.5.ln2.b')).toEqual([
      'model.layers.5.input_layernorm.bias',
      'layers.5.input_layernorm.bias',
    ]);
  });

  it.each([
    ['gpt_neox', 'gpt_neox.layers.3.attention.rotary_emb.inv_freq', 'gpt_neox.layers.3.attention.dense.bias'],
    ['gptj', 'transformer.h.0.attn.masked_bias', 'transformer.h.0.mlp.fc_in.bias'],
    ['gpt_neo', 'transformer.h.0.attn.attention.masked_bias', 'transformer.h.0.attn.attention.out_proj.bias'],
    ['llama', 'model.layers.0.self_attn.rotary_emb.inv_freq', 'model.layers.0.self_attn.q_proj.weight'],
    ['bert', 'bert.embeddings.position_ids', 'bert.embeddings.position_embeddings.weight'],
    ['bert', 'pooler.dense.weight', 'cls.predictions.bias'],
    ['bert', 'cls.seq_relationship.bias', 'encoder.layer.0.output.dense.bias'],
    ['distilbert', 'distilbert.embeddings.position_ids', 'vocab_projector.bias'],
    ['opt', 'decoder.version', 'decoder.layers.0.fc1.bias'],
    ['roberta', 'roberta.pooler.dense.bias', 'lm_head.dense.bias'],
    ['roberta', 'pooler.dense.bias', 'classifier.out_proj.weight'],
    ['xlm-roberta', 'roberta.embeddings.position_ids', 'roberta.embeddings.token_type_embeddings.weight'],
  ])('of %s: %s is ignored, %s is not', (type, useless, weight) => {
    expect(families[type]!.ignored.test(useless)).toBe(true);
    expect(families[type]!.ignored.test(weight)).toBe(false);
  });

  it("of the oldest BERT files: a norm's weight and bias are called gamma and beta", () => {
    const slots = slotsOf(specOf(bert), familyOf(bert).modules);
    const sources = (name: string) => slots.find((slot) => slot.name === name)?.parts[0]?.sources;
    expect(sources('embed.ln.w')).toContain('bert.embeddings.LayerNorm.gamma');
    expect(sources('mlm_head.ln.b')).toContain('cls.predictions.transform.LayerNorm.beta');
    expect(sources('unembed.b_U')).toEqual(['cls.predictions.decoder.bias', 'cls.predictions.bias']);
  });

  it.each([
    [
      gpt2,
      ['h.0.attn.q_norm.weight', 'transformer.emb_ln.weight', 'lm_head.bias'],
      ['v_head.summary.weight'],
    ],
    [smol, ['model.layers.99.mlp.up_proj.weight', 'layers.0.x', 'model.x'], ['score.weight', 'model_x.y']],
    [mini, ['embeddings.LayerNorm.scale', 'bert.x'], ['cls.predictions.decoder.weight', 'dense.weight']],
  ])('tell what lies inside the model from other heads, case %#', (config, inside, outside) => {
    const { modules } = familyOf(config);
    for (const name of inside) expect(insideModel(specOf(config), modules)(name), name).toBe(true);
    for (const name of outside) expect(insideModel(specOf(config), modules)(name), name).toBe(false);
  });
});
