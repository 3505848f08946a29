import { describe, expect, it } from 'vitest';
import { familyOf } from '../model/families';
import { findSite } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { canonicalKey, resolveRuns } from './resolve';
import type { Edit } from './types';

/** Two blocks of four heads; what a test is about is overwritten. */
const config = { model_type: 'gpt2', n_layer: 2, n_head: 4, n_embd: 32, n_positions: 8, vocab_size: 50 };
const gpt2 = familyOf(config).parseConfig(config);
const grouped: ModelSpec = { ...gpt2, nKvHeads: 2 };
const post: ModelSpec = { ...gpt2, placement: 'post' };
const headless: ModelSpec = { ...gpt2, head: 'none', dVocab: 0 };

const tokens = [1, 2, 3];

describe('one tensor under two names', () => {
  const key = (spec: ModelSpec, name: string) => canonicalKey(spec, findSite(spec, name));

  it('is what leaves a block and enters the next', () => {
    expect(key(gpt2, 'blocks.0.hook_resid_post')).toBe('blocks.1.hook_resid_pre');
    expect(key(gpt2, 'blocks.1.hook_resid_post')).toBe('blocks.1.hook_resid_post');
  });

  it('is the norm that stands on the stream, where there is one', () => {
    expect(key(post, 'blocks.0.hook_normalized_resid_post')).toBe('blocks.1.hook_resid_pre');
    expect(key(post, 'blocks.0.hook_resid_post')).toBe('blocks.0.hook_resid_post');
    expect(key(post, 'blocks.1.hook_normalized_resid_post')).toBe('blocks.1.hook_normalized_resid_post');
  });
});

describe('edits of grouped heads', () => {
  const resolve = (site: string, head: number) => {
    const edit: Edit = { site, head, rows: [0], op: 'scale' };
    return resolveRuns(grouped, [{ id: 'a', tokens, edits: [edit] }])[0]!.own[0]!.spans;
  };

  it('count key-value heads', () => {
    expect(resolve('blocks.0.attn.hook_k', 1)).toEqual([[8, 16]]);
    expect(resolve('blocks.0.hook_v_input', 1)).toEqual([[32, 64]]);
    expect(resolve('blocks.0.attn.hook_q', 3)).toEqual([[24, 32]]);
  });

  it('refuse a head that only queries have', () => {
    expect(() => resolve('blocks.0.attn.hook_v', 2)).toThrow(
      "run 'a': edit of blocks.0.attn.hook_v: head out of range, got 2, expected 0..1.",
    );
  });
});

describe('a model without an unembedding', () => {
  it('has tokens and captures, and no metric', () => {
    const capture = { site: 'blocks.1.hook_resid_post' };
    expect(resolveRuns(headless, [{ id: 'a', tokens, captures: [capture] }])).toHaveLength(1);
    expect(() => resolveRuns(headless, [{ id: 'a', tokens, metric: { row: 0, answer: 1 } }])).toThrow(
      "run 'a': metric: the model has no unembedding",
    );
  });

  it('refuses a token that the embedding table lacks', () => {
    expect(() => resolveRuns(headless, [{ id: 'a', tokens: [50] }])).toThrow(
      "run 'a': token id out of range, got 50, expected 0..49.",
    );
  });
});
