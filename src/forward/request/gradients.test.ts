import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../../model/testing';
import { canonicalKey, findSite } from '../../model/sites';
import { draftRuns } from '../plan/drafts';
import { planForward } from '../plan/plan';
import { firstBlockOf } from '../plan/stages';
import { atOnce } from '../../util/breathe';
import { capturedShape } from './captures';
import { resolveRuns } from './resolve';
import { expandSamples } from './samples';
import type { Run } from './types';
import type { Gradients, Seed } from './seeds';

const spec = gpt2Spec();
const tokens = [1, 2, 3, 4];
const seed: Seed = { mean: [{ row: 3, of: 'prob', token: 7 }] };
const z = 'blocks.0.attn.hook_z';
const of = [{ site: z }];
const resolve = (gradients: Gradients, rest: Partial<Run> = {}) =>
  resolveRuns(spec, [{ id: 'a', tokens, gradients, ...rest }])[0]!.gradients!;

describe('gradients', () => {
  it('name their sites as captures do', () => {
    const found = resolve({ seed, of: [{ site: 'blocks.0.hook_resid_post', rows: [2] }], frozen: ['norm'] });
    expect(found.of[0]).toMatchObject({ key: 'blocks.1.hook_resid_pre', rows: [2], heads: null });
    expect(found.frozen).toEqual({ norm: true, pattern: false });
  });

  it('take a cotangent in the shape of a capture', () => {
    const values = new Array<number>(2 * 12).fill(0.5);
    const found = resolve({ seed: { site: z, rows: [0, 3], values }, of });
    expect(found.seed).toMatchObject({ at: { key: z, rows: [0, 3] }, values });
  });

  it('take a column, which each sample moves on by one', () => {
    const column: Gradients = { seed: { site: 'blocks.1.hook_resid_post', rows: [1, 2], column: 3 }, of };
    expect(resolve(column, { samples: [0, 9] }).seed).toMatchObject({ at: { rows: [1, 2] }, column: 3 });
    expect(() => resolve(column, { samples: [0, 10] })).toThrow(
      /column out of range, got 3 with samples \[0, 10\), expected columns 0\.\.11/,
    );
    const samples = expandSamples([{ id: 'a', tokens, gradients: column, samples: [4, 6] }]);
    expect(samples.map(({ gradients }) => gradients!.seed)).toMatchObject([{ column: 7 }, { column: 8 }]);
  });

  it('may be means over rows', () => {
    const found = resolve({ seed, of: [{ site: z, rows: [1, 3], mean: true }] }).of[0]!;
    expect(found.isMean).toBe(true);
    expect(capturedShape(spec, found, 4)).toEqual([3, 4]);
  });

  it('go back to the first block that is asked for, and no further', () => {
    const deep = gpt2Spec({ nLayers: 3 });
    const first = (...names: string[]) =>
      firstBlockOf(
        deep,
        names.map((name) => ({ key: canonicalKey(deep, findSite(deep, name)) })),
      );
    expect(first('blocks.0.hook_resid_post', 'blocks.2.hook_mlp_out')).toBe(1);
    expect(first('blocks.2.hook_resid_post')).toBe(2);
    expect(first('blocks.0.hook_resid_pre')).toBe(0);
    expect(first('hook_embed')).toBe(-1);
    expect(first('ln_final.hook_scale')).toBe(3);
    const gradients = { seed, of: [{ site: 'blocks.1.hook_mlp_out' }] };
    const plan = planForward(
      deep,
      { runs: [{ id: 'a', tokens, gradients }], reuse: 'wavefront' },
      { maxBindingBytes: 2 ** 27 },
    );
    const weights = plan.sweeps[0]!.steps.flatMap((step) =>
      step.type === 'dispatch' && step.label.includes('back') ? step.buffers.map(({ id }) => id) : [],
    );
    expect(weights.some((id) => id.startsWith('blocks.1.'))).toBe(true);
    expect(weights.some((id) => id.startsWith('blocks.0.'))).toBe(false);
  });

  const logits = (weights: readonly (readonly [number, number])[]): Seed => ({
    mean: [{ row: 3, of: 'logits', weights }],
  });
  const bad: readonly (readonly [string, Gradients, RegExp])[] = [
    ['of no site', { seed, of: [] }, /^run 'a': gradients: of no site, got an empty list/],
    ['of tokens', { seed, of: [{ site: 'hook_tokens' }] }, /gradients of hook_tokens: it holds choices/],
    ['of an unknown site', { seed, of: [{ site: 'hook_z' }] }, /unknown name, got 'hook_z'/],
    ['of a row too far', { seed, of: [{ site: z, rows: [4] }] }, /row out of range, got 4, expected 0\.\.3/],
    [
      'of rows of a pattern',
      { seed, of: [{ site: 'blocks.0.attn.hook_pattern', rows: [1] }] },
      /comes whole/,
    ],
    ['of nothing', { seed: { mean: [] }, of }, /seed: a mean over nothing, got an empty list/],
    [
      'at a row too far',
      { seed: { mean: [{ row: 4, of: 'prob', token: 1 }] }, of },
      /seed: row out of range, got 4/,
    ],
    [
      'of token 50',
      { seed: { mean: [{ row: 0, of: 'logProb', token: 50 }] }, of },
      /token out of range, got 50/,
    ],
    ['of no logits', { seed: logits([]), of }, /a sum of no logits/],
    ['of an endless logit', { seed: logits([[1, Number.NaN]]), of }, /weights must be finite, got NaN/],
    [
      'of a short KL',
      { seed: { mean: [{ row: 0, of: 'kl', logProbs: [0] }] }, of },
      /got 1 log-prob.* expected 50/,
    ],
    ['of a word', { seed: { mean: [{ row: 0, of: 'rank' } as never] }, of }, /unknown number, got 'rank'/],
    [
      'of few values',
      { seed: { site: z, values: [1] }, of },
      /got 1 values, expected 48, of shape \[4,3,4\]/,
    ],
    [
      'of no number',
      { seed: { site: z, rows: [0], values: new Array(12).fill(Number.NaN) }, of },
      /must be finite/,
    ],
    [
      'at a copy',
      { seed: { site: 'blocks.0.hook_q_input', values: [] }, of },
      /copies of the stream take no cotangent/,
    ],
    [
      'of column 12',
      { seed: { site: 'blocks.1.hook_resid_post', column: 12 }, of },
      /expected columns 0\.\.11/,
    ],
    [
      'of a column of a pattern',
      { seed: { site: 'blocks.0.attn.hook_pattern', column: 0 }, of },
      /has no columns, got attn\.hook_pattern/,
    ],
    [
      'of a mean of a pattern',
      { seed, of: [{ site: 'blocks.0.attn.hook_pattern', mean: true }] },
      /has no mean, got scores or a pattern/,
    ],
    [
      'of a mean of no rows',
      { seed, of: [{ site: z, rows: [], mean: true }] },
      /no rows, expected at least one position/,
    ],
    ['of the wrong part', { seed, of, frozen: ['mlp' as never] }, /cannot freeze this, got 'mlp'/],
  ];
  it.each(bad)('are refused if they are %s', (_, gradients, message) => {
    expect(() => resolve(gradients)).toThrow(message);
  });

  it('are refused with a callback, a snippet, or without logits', () => {
    const message = /cannot go through a (callback|snippet), whose derivative is unknown/;
    expect(() => resolve({ seed, of }, { callbacks: [{ site: z, fn: () => {} }] })).toThrow(message);
    const code = 'fn edit(x: f32, row: u32, col: u32) -> f32 { return x; }';
    const base: Run = { id: 'base', tokens, edits: [{ site: z, rows: [0], op: 'snippet', code }] };
    expect(() => resolveRuns(spec, [base, { id: 'a', base: 'base', gradients: { seed, of } }])).toThrow(
      message,
    );
    const headless = gpt2Spec({ head: 'none', dVocab: 0, nEmbeddings: 50 });
    expect(() => resolveRuns(headless, [{ id: 'a', tokens, gradients: { seed, of } }])).toThrow(
      /has no unembedding, got a number of its logits, expected a cotangent/,
    );
  });

  it('are of runs computed from scratch', () => {
    const edits = [{ site: z, rows: [3], op: 'scale', alpha: 2 } as const];
    const of_ = (gradients: Partial<Run>): Run[] => [
      { id: 'base', tokens },
      { id: 'a', base: 'base', edits, metric: { row: 3, answer: 1 }, ...gradients },
    ];
    const isScratch = (runs: Run[]) =>
      atOnce(draftRuns(spec, resolveRuns(spec, runs), 'wavefront')).drafts[1]!.isScratch;
    expect(isScratch(of_({}))).toBe(false);
    expect(isScratch(of_({ gradients: { seed, of } }))).toBe(true);
  });
});
