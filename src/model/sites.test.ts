import { describe, expect, it } from 'vitest';
import { findSite, listSites, rowLayout, siteShape } from './sites';
import type { ModelSpec } from './spec';

const spec: ModelSpec = {
  family: 'gpt2',
  nLayers: 2,
  nHeads: 3,
  dModel: 12,
  dHead: 4,
  dMlp: 48,
  nCtx: 16,
  dVocab: 50,
  lnEps: 1e-5,
};

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
});
