import { describe, expect, it } from 'vitest';
import { mixture } from './families/experts';
import { siteCalled } from './aliases';
import { findSite, headAxisOf, listSites, rowLayout, siteShape } from './sites';
import { plainAttention, rmsNorm } from './families/config';
import { gpt2Spec } from './testing';

const spec = gpt2Spec();

describe('hook sites', () => {
  it('are 23 per block, 3 before and 4 after', () => {
    const sites = listSites(spec);
    expect(sites.length).toBe(3 + 2 * 23 + 4);
    expect(new Set(sites.map((site) => site.name)).size).toBe(sites.length);
  });

  it("have TransformerLens's shapes", () => {
    const shape = (name: string) => siteShape(spec, findSite(spec, name), 5);
    expect(shape('hook_embed')).toEqual([5, 12]);
    expect(shape('blocks.1.attn.hook_z')).toEqual([5, 3, 4]);
    expect(shape('blocks.0.attn.hook_pattern')).toEqual([3, 5, 5]);
    expect(shape('blocks.0.attn.hook_result')).toEqual([5, 3, 12]);
    expect(shape('blocks.0.ln1.hook_scale')).toEqual([5, 1]);
    expect(shape('blocks.0.mlp.hook_post')).toEqual([5, 48]);
    expect(shape('unembed.hook_out')).toEqual([5, 50]);
  });

  it('name the nearest when the name is unknown', () => {
    expect(() => findSite(spec, 'blocks.1.attn.hook_zz')).toThrow(/nearest is 'blocks.1.attn.hook_z'/);
    expect(() => findSite(spec, 'blocks.2.hook_resid_pre')).toThrow(
      /unknown name, got 'blocks.2.hook_resid_pre'/,
    );
  });

  it('lay rows out by position, heads side by side', () => {
    expect(rowLayout(spec, findSite(spec, 'blocks.0.attn.hook_pattern'), 5)).toEqual({
      heads: 3,
      perHead: 5,
    });
    expect(rowLayout(spec, findSite(spec, 'blocks.0.hook_mlp_out'), 5)).toEqual({ heads: 1, perHead: 12 });
  });

  it('accept the names of other tools', () => {
    expect(siteCalled(spec, 'z1').name).toBe('blocks.1.attn.hook_z');
    expect(() => siteCalled(spec, 'z2')).toThrow(/got 'z2'/);
  });

  const kinds = (overrides: Parameters<typeof gpt2Spec>[0]) =>
    listSites(gpt2Spec(overrides)).map((site) => site.name.replace('blocks.1.', '1:'));

  it('follow grouped heads, rotation, a gated MLP and norms of queries and keys', () => {
    const llama = gpt2Spec({
      nHeads: 4,
      nKvHeads: 2,
      positions: { kind: 'rotary', dims: 2, pairs: 'halves', tables: [], tableOfLayer: [0, 0] },
      norm: rmsNorm(1e-6),
      attention: { ...plainAttention(2, 3), qkNorm: 'full' },
      mlp: { act: 'silu', gated: true },
    });
    const shape = (name: string) => siteShape(llama, findSite(llama, `blocks.0.${name}`), 5);
    expect(shape('attn.hook_q')).toEqual([5, 4, 3]);
    expect(shape('attn.hook_v')).toEqual([5, 2, 3]);
    expect(shape('attn.hook_rot_k')).toEqual([5, 2, 3]);
    expect(shape('hook_k_input')).toEqual([5, 2, 12]);
    expect(shape('mlp.hook_pre_linear')).toEqual([5, 48]);
    expect(shape('attn.q_norm.hook_normalized')).toEqual([5, 12]);
    expect(shape('attn.k_norm.hook_normalized')).toEqual([5, 6]);
    expect(shape('attn.k_norm.hook_scale')).toEqual([5, 1]);
    expect(() => shape('hook_attn_in')).toThrow(/unknown name/);
    expect(() => findSite(llama, 'hook_pos_embed')).toThrow(/unknown name/);
    expect(headAxisOf(findSite(llama, 'blocks.0.attn.hook_k'))).toBe('G');
  });

  it('follow which blocks have experts', () => {
    const experts = mixture({ count: 5, active: 2, width: 7, renormalised: true, layers: [false, true] });
    const spec = gpt2Spec({ experts });
    const kinds = (layer: number) =>
      listSites(spec).flatMap((site) =>
        site.layer === layer && site.kind.startsWith('mlp.') ? [site.kind] : [],
      );
    expect(kinds(0)).toEqual(['mlp.hook_pre', 'mlp.hook_post']);
    expect(kinds(1)).toEqual([
      'mlp.hook_router_logits',
      'mlp.hook_expert_weights',
      'mlp.hook_expert_indices',
    ]);
    const shape = (name: string) => siteShape(spec, findSite(spec, `blocks.1.mlp.${name}`), 4);
    expect(shape('hook_expert_weights')).toEqual([4, 5]);
    expect(shape('hook_expert_indices')).toEqual([4, 2]);
    expect(() => findSite(spec, 'blocks.1.mlp.hook_post')).toThrow(/unknown name/);
  });

  it('are those of a rotation in blocks that turn queries and keys alone', () => {
    const spec = gpt2Spec({
      positions: { kind: 'rotary', dims: 2, pairs: 'neighbours', tables: [], tableOfLayer: [null, 0] },
    });
    const names = listSites(spec).map(({ name }) => name);
    expect(names.filter((name) => name.includes('hook_rot_'))).toEqual([
      'blocks.1.attn.hook_rot_q',
      'blocks.1.attn.hook_rot_k',
    ]);
  });

  it('follow the placement of norms', () => {
    const parallel = kinds({ parallel: true });
    expect(parallel).not.toContain('1:hook_resid_mid');
    expect(parallel).toContain('1:hook_mlp_in');
    const sandwich = kinds({ placement: 'sandwich' });
    const next = (name: string) => sandwich[sandwich.indexOf(name) + 1];
    expect(next('1:ln1_post.hook_normalized')).toBe('1:hook_attn_out');
    expect(next('1:ln2_post.hook_normalized')).toBe('1:hook_mlp_out');
    const branchEnd = kinds({ placement: 'branch-end' });
    expect(branchEnd.indexOf('1:ln1.hook_scale')).toBeGreaterThan(branchEnd.indexOf('1:attn.hook_result'));
    const post = kinds({ placement: 'post' });
    expect(post.slice(post.indexOf('1:hook_mlp_out'), -4)).toEqual([
      '1:hook_mlp_out',
      '1:hook_resid_post',
      '1:ln2.hook_scale',
      '1:ln2.hook_normalized',
      '1:hook_normalized_resid_post',
    ]);
  });

  it('follow the embedding and the head', () => {
    const bert = kinds({ nTokenTypes: 2, embedNorm: true, finalNorm: false, head: 'mlm', placement: 'post' });
    expect(bert.slice(0, 6)).toEqual([
      'hook_tokens',
      'hook_embed',
      'hook_pos_embed',
      'hook_token_type_embed',
      'embed.ln.hook_scale',
      'embed.ln.hook_normalized',
    ]);
    expect(bert.slice(-6)).toEqual([
      'mlm_head.hook_pre',
      'mlm_head.hook_post',
      'mlm_head.ln.hook_scale',
      'mlm_head.ln.hook_normalized',
      'unembed.hook_in',
      'unembed.hook_out',
    ]);
    expect(kinds({ head: 'none', finalNorm: false }).at(-1)).toBe('1:hook_resid_post');
  });
});
