/** Names from other tools. Module outputs come from transformers (`reference/families/make.py`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import modules from '../../reference/families/modules.json';
import { aliasTable, resolveSiteName, siteCalled } from './aliases';
import { familyOf } from './families';
import { rmsNorm } from './families/config';
import type { ModelSpec } from './spec';
import { gpt2Spec } from './testing';

const gpt2 = gpt2Spec({ nLayers: 30 });

function tinySpec(name: string): ModelSpec {
  const path = join(import.meta.dirname, '../../reference/goldens', name, 'config.json');
  const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return familyOf(config).parseConfig(config);
}

describe("TransformerLens's shorthands", () => {
  it.each([
    // The examples of get_act_name's docstring.
    ['k6', 'blocks.6.attn.hook_k'],
    ['scale4ln1', 'blocks.4.ln1.hook_scale'],
    ['pre5', 'blocks.5.mlp.hook_pre'],
    ['embed', 'hook_embed'],
    ['normalized27ln2', 'blocks.27.ln2.hook_normalized'],
    ['k6a', 'blocks.6.attn.hook_k'],
    // Names with an underscore, for which get_act_name takes the layer as an argument.
    ['resid_pre0', 'blocks.0.hook_resid_pre'],
    ['resid_post3', 'blocks.3.hook_resid_post'],
    ['resid_mid.12', 'blocks.12.hook_resid_mid'],
    ['L3.resid_post', 'blocks.3.hook_resid_post'],
    ['attn_out2', 'blocks.2.hook_attn_out'],
    ['mlp_out2', 'blocks.2.hook_mlp_out'],
    ['mlp_pre2', 'blocks.2.mlp.hook_pre'],
    ['mlp_post2', 'blocks.2.mlp.hook_post'],
    ['post2', 'blocks.2.mlp.hook_post'],
    ['attn2', 'blocks.2.attn.hook_pattern'],
    ['pattern2', 'blocks.2.attn.hook_pattern'],
    ['attn_scores2', 'blocks.2.attn.hook_attn_scores'],
    ['attn_logits2', 'blocks.2.attn.hook_attn_scores'],
    ['query2', 'blocks.2.attn.hook_q'],
    ['value2', 'blocks.2.attn.hook_v'],
    ['z2', 'blocks.2.attn.hook_z'],
    ['result2', 'blocks.2.attn.hook_result'],
    ['q_input2', 'blocks.2.hook_q_input'],
    ['pos_embed', 'hook_pos_embed'],
    ['scale', 'ln_final.hook_scale'],
    ['normalized', 'ln_final.hook_normalized'],
    ['logits', 'unembed.hook_out'],
  ])('%s is %s', (short, name) => {
    expect(siteCalled(gpt2, short).name).toBe(name);
  });

  it.each([
    'resid_pre',
    'k30',
    'foo3',
    'L3.',
    'k-1',
    '',
    'blocks.3',
    'hook_resid_pre',
    'constructor',
    'mlp3',
  ])("'%s' is unknown", (text) => {
    expect(() => siteCalled(gpt2, text)).toThrow(/hook site: unknown name, got .* The nearest is '/);
  });

  it("name what an expert block has, not one MLP's activations", () => {
    const qwen = tinySpec('tiny-qwen3_moe');
    expect(siteCalled(qwen, 'router_logits2').name).toBe('blocks.2.mlp.hook_router_logits');
    expect(siteCalled(qwen, 'blocks.2.mlp.gate.hook_out').name).toBe('blocks.2.mlp.hook_router_logits');
    expect(siteCalled(qwen, 'model.layers.2.mlp.gate').name).toBe('blocks.2.mlp.hook_router_logits');
    expect(siteCalled(qwen, 'model.layers.1.mlp.gate_proj').name).toBe('blocks.1.mlp.hook_pre');
    expect(() => siteCalled(qwen, 'model.layers.2.mlp.gate_proj')).toThrow(/unknown name/);
    expect(() => siteCalled(qwen, 'mlp_post2')).toThrow(/unknown name/);
    const oss = tinySpec('tiny-gpt_oss');
    expect(siteCalled(oss, 'blocks.1.mlp.router.hook_out').name).toBe('blocks.1.mlp.hook_router_logits');
    expect(siteCalled(oss, 'model.layers.1.mlp.router').name).toBe('blocks.1.mlp.hook_router_logits');
    const mixtral = tinySpec('tiny-mixtral');
    expect(siteCalled(mixtral, 'model.layers.1.block_sparse_moe').name).toBe('blocks.1.hook_mlp_out');
  });

  it('name norms of queries and keys, and what a gated MLP has', () => {
    const qwen = tinySpec('tiny-qwen3');
    expect(siteCalled(qwen, 'scale1q_norm').name).toBe('blocks.1.attn.q_norm.hook_scale');
    expect(siteCalled(qwen, 'rot_k1').name).toBe('blocks.1.attn.hook_rot_k');
    expect(siteCalled(qwen, 'pre_linear0').name).toBe('blocks.0.mlp.hook_pre_linear');
  });
});

describe("TransformerBridge's names", () => {
  const common = [
    ['embed.hook_out', 'hook_embed'],
    ['blocks.1.hook_in', 'blocks.1.hook_resid_pre'],
    ['blocks.1.attn.q.hook_out', 'blocks.1.attn.hook_q'],
    ['blocks.1.attn.k.hook_out', 'blocks.1.attn.hook_k'],
    ['blocks.1.attn.v.hook_out', 'blocks.1.attn.hook_v'],
    ['blocks.1.attn.o.hook_in', 'blocks.1.attn.hook_z'],
    ['blocks.1.attn.hook_q_input', 'blocks.1.hook_q_input'],
    ['blocks.1.mlp.out.hook_in', 'blocks.1.mlp.hook_post'],
    ['hook_unembed', 'unembed.hook_out'],
  ];
  const bare = [
    ['blocks.1.attn.hook_out', 'blocks.1.hook_attn_out'],
    ['blocks.1.mlp.hook_out', 'blocks.1.hook_mlp_out'],
  ];

  it.each([
    ['tiny-b', [...bare, ['blocks.1.hook_out', 'blocks.1.hook_resid_post']]],
    ['tiny-b', [['blocks.1.mlp.in.hook_out', 'blocks.1.mlp.hook_pre']]],
    ['tiny-b', [['blocks.1.ln2.hook_in', 'blocks.1.hook_resid_mid']]],
    ['tiny-b', [['pos_embed.hook_out', 'hook_pos_embed']]],
    ['tiny-b', [['ln_final.hook_in', 'blocks.2.hook_resid_post']]],
    ['tiny-b', [['ln_final.hook_out', 'unembed.hook_in']]],
    ['tiny-gpt_neox', [...bare, ['blocks.1.ln2.hook_in', 'blocks.1.hook_mlp_in']]],
    ['tiny-llama', [...bare, ['blocks.1.mlp.gate.hook_out', 'blocks.1.mlp.hook_pre']]],
    ['tiny-llama', [['blocks.1.mlp.in.hook_out', 'blocks.1.mlp.hook_pre_linear']]],
    ['tiny-gemma2', [['blocks.1.ln1_post.hook_out', 'blocks.1.hook_attn_out']]],
    ['tiny-olmo2', [['blocks.1.ln2.hook_out', 'blocks.1.hook_mlp_out']]],
    ['tiny-bert', [...bare, ['blocks.1.hook_out', 'blocks.1.hook_normalized_resid_post']]],
    ['tiny-bert', [['blocks.1.ln1.hook_in', 'blocks.1.hook_resid_mid']]],
    ['tiny-bert', [['blocks.1.ln1.hook_out', 'blocks.1.hook_normalized_resid_mid']]],
    // HookedEncoder's name.
    ['tiny-bert', [['embed.hook_pos_embed', 'hook_pos_embed']]],
    ['tiny-bert', [['embed.hook_token_type_embed', 'hook_token_type_embed']]],
    ['tiny-bert', [['hook_full_embed', 'blocks.0.hook_resid_pre']]],
    ['tiny-bert', [['embed.hook_embed', 'hook_embed']]],
  ])('%s: %j', (model, names) => {
    const spec = tinySpec(model);
    for (const [alias, name] of [...common, ...names]) expect(siteCalled(spec, alias!).name).toBe(name);
  });

  it('are missing where the value is not in a site', () => {
    // The module's output precedes the norm that ends the branch.
    expect(resolveSiteName(tinySpec('tiny-gemma2'), 'blocks.1.attn.hook_out')).toBeNull();
    expect(resolveSiteName(tinySpec('tiny-olmo2'), 'blocks.1.mlp.out.hook_out')).toBeNull();
    // The module's output precedes the clip.
    expect(resolveSiteName(tinySpec('tiny-olmo-clip'), 'blocks.1.attn.q.hook_out')).toBeNull();
    // The module's output precedes the factor.
    expect(resolveSiteName(tinySpec('tiny-granite'), 'blocks.1.attn.hook_out')).toBeNull();
    // The module's output includes the norm's weight.
    expect(resolveSiteName(gpt2, 'blocks.1.ln1.hook_out')).toBeNull();
  });
});

describe("Hugging Face's modules", () => {
  it.each(Object.entries(modules as unknown as Record<string, Record<string, string[]>>))(
    '%s: each alias is a site with the values that the module puts out',
    (model, outputs) => {
      const spec = tinySpec(model);
      const aliases = [...aliasTable(spec)].filter(([alias]) => Object.hasOwn(outputs, alias));
      expect(aliases.length).toBeGreaterThan(6);
      for (const [alias, site] of aliases) {
        expect(outputs[alias], `${alias} -> ${site}`).toContain(site);
        expect(siteCalled(spec, alias).name).toBe(site);
      }
    },
  );

  it.each([
    ['tiny-b', 'transformer.h.1.mlp', 'blocks.1.hook_mlp_out'],
    ['tiny-b', 'h.1.attn', 'blocks.1.hook_attn_out'],
    ['tiny-llama', 'model.layers.1', 'blocks.1.hook_resid_post'],
    ['tiny-llama', 'model.layers.1.self_attn.q_proj', 'blocks.1.attn.hook_q'],
    ['tiny-llama', 'model.layers.1.mlp.up_proj', 'blocks.1.mlp.hook_pre_linear'],
    ['tiny-llama', 'lm_head', 'unembed.hook_out'],
    ['tiny-gptj', 'transformer.h.1.mlp', 'blocks.1.hook_mlp_out'],
    ['tiny-gptj', 'lm_head', 'unembed.hook_out'],
    ['tiny-gpt_neox', 'gpt_neox.layers.1.mlp', 'blocks.1.hook_mlp_out'],
    ['tiny-gemma2', 'model.layers.1.post_attention_layernorm', 'blocks.1.hook_attn_out'],
    ['tiny-olmo', 'model.layers.1.input_layernorm', 'blocks.1.ln1.hook_normalized'],
    ['tiny-olmo', 'model.layers.1.self_attn.v_proj', 'blocks.1.attn.hook_v'],
    ['tiny-bert', 'bert.encoder.layer.1.attention.self', 'blocks.1.attn.hook_z'],
    ['tiny-bert', 'cls.predictions', 'unembed.hook_out'],
    ['tiny-distilbert', 'vocab_transform', 'mlm_head.hook_pre'],
  ])('%s: %s is %s', (model, module, site) => {
    expect(siteCalled(tinySpec(model), module).name).toBe(site);
  });

  it.each([
    ['tiny-b', 'transformer.h.1.ln_1'],
    ['tiny-b', 'transformer.h.1.attn.c_attn'],
    ['tiny-gemma2', 'model.layers.1.self_attn'],
    ['tiny-gemma2', 'lm_head'],
    ['tiny-granite', 'lm_head'],
    ['tiny-granite', 'model.layers.1.self_attn'],
    ['tiny-granite', 'model.layers.1.mlp.down_proj'],
    ['tiny-granite', 'model.embed_tokens'],
    ['tiny-cohere', 'lm_head'],
    ['tiny-cohere2', 'blocks.1.attn.hook_rot_q'],
    ['tiny-smollm3', 'blocks.1.attn.hook_rot_k'],
    // The module's output precedes the clip.
    ['tiny-olmo-clip', 'model.layers.1.self_attn.v_proj'],
    ['tiny-llama', 'transformer.h.1.mlp'],
    ['tiny-llama', 'model.layers.99'],
  ])('%s: %s has no site', (model, module) => {
    expect(() => siteCalled(tinySpec(model), module)).toThrow(/unknown name/);
  });

  it('are unknown in a family that is not in the list', () => {
    const other = gpt2Spec({ family: 'constructor', norm: rmsNorm(1e-6) });
    expect(() => siteCalled(other, 'transformer.h.1.mlp')).toThrow(/unknown name/);
    expect(siteCalled(other, 'blocks.1.hook_out').name).toBe('blocks.1.hook_resid_post');
  });
});
