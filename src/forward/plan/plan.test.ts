import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../../model/testing';
import { activator, firstDifference } from './activation';
import { forwardFlops } from './cost';
import { planForward } from './plan';
import { planCounters, printPlan } from './print';
import { resolveRuns } from '../request/resolve';
import { splitSteps } from './submits';
import type { Edit, Run } from '../request/types';

const spec = gpt2Spec({ nLayers: 3, nHeads: 2, dModel: 8, dMlp: 32, nCtx: 16, dVocab: 20 });
const options = { maxBindingBytes: 2 ** 27 };
const tokens = [1, 2, 3, 4, 5];
const metric = { row: 4, answer: 7 };
const clean: Run = { id: 'clean', tokens, metric };
const noise: Edit = { site: 'hook_embed', rows: [1, 2], op: 'add', source: { kind: 'constant', value: 1 } };
const corrupted: Run = { id: 'corrupted', base: 'clean', edits: [noise], metric };
const restore = (site: string, row: number): Edit => ({
  site,
  rows: [row],
  op: 'set',
  source: { kind: 'run', run: 'clean' },
});

function entryOf(edits: Edit[], forced = false): readonly number[] {
  const runs = resolveRuns(spec, [clean, corrupted, { id: 'x', base: 'corrupted', edits, metric }]);
  return activator(spec, runs)(runs[2]!, forced).entry;
}

describe('activation: stages are attention 0, 2, 4, MLP 1, 3, 5, final 6; 7 is never', () => {
  it('a restored block output is dirty from the next block, later rows with its attention', () => {
    expect(entryOf([restore('blocks.0.hook_resid_post', 2)])).toEqual([7, 7, 2, 2, 2]);
  });

  it('a restored attention output passes through its own MLP alone', () => {
    expect(entryOf([restore('blocks.1.hook_attn_out', 2)])).toEqual([7, 7, 3, 4, 4]);
  });

  it('a restored last block output stays at its row', () => {
    expect(entryOf([restore('blocks.2.hook_resid_post', 2)])).toEqual([7, 7, 6, 7, 7]);
  });

  it('rows where clean and corrupted agree have nothing to restore', () => {
    expect(entryOf([restore('blocks.0.hook_resid_post', 0)])).toEqual([7, 7, 7, 7, 7]);
    expect(entryOf([restore('blocks.0.hook_resid_post', 0)], true)).toEqual([2, 2, 2, 2, 2]);
  });

  it('a window restored before the corruption has nothing to restore either', () => {
    const window = [0, 1, 2].map((layer) => restore(`blocks.${layer}.hook_mlp_out`, 0));
    expect(entryOf(window)).toEqual([7, 7, 7, 7, 7]);
  });

  it('but it has where another edit of the run reaches the row, wherever it stands in the list', () => {
    const push: Edit = { site: 'hook_embed', rows: [0], op: 'scale', alpha: 2 };
    expect(entryOf([restore('blocks.1.hook_mlp_out', 0), push])).toEqual([0, 0, 0, 0, 0]);
    const runs = resolveRuns(spec, [
      clean,
      corrupted,
      { id: 'x', base: 'corrupted', edits: [restore('blocks.1.hook_mlp_out', 0), push], metric },
    ]);
    const { edits } = activator(spec, runs)(runs[2]!, false);
    expect(edits.map((edit) => edit.key)).toEqual(['blocks.1.hook_mlp_out', 'hook_embed']);
  });

  it('an edit of the pattern may let early queries see late keys: every row is dirty', () => {
    expect(entryOf([{ site: 'blocks.1.attn.hook_pattern', rows: [3], op: 'scale', alpha: 2 }])).toEqual([
      2, 2, 2, 2, 2,
    ]);
  });

  it('knows where two runs first differ', () => {
    const runs = resolveRuns(spec, [clean, corrupted, { id: 'other', tokens: [1, 2, 3, 9, 5] }]);
    expect(firstDifference(spec, runs[0]!, runs[1]!)).toBe(1);
    expect(firstDifference(spec, runs[0]!, runs[2]!)).toBe(3);
    expect(firstDifference(spec, runs[0]!, runs[0]!)).toBe(5);
  });
});

describe('activation in a bidirectional model', () => {
  const encoder = { ...spec, attention: { ...spec.attention, causal: false }, placement: 'post' } as const;
  const entry = (edits: Edit[]): readonly number[] => {
    const runs = resolveRuns(encoder, [clean, corrupted, { id: 'x', base: 'corrupted', edits, metric }]);
    return activator(encoder, runs)(runs[2]!, false).entry;
  };

  it('a change reaches every position with the next attention: layers are reused, positions are not', () => {
    expect(entry([restore('blocks.0.hook_normalized_resid_post', 2)])).toEqual([2, 2, 2, 2, 2]);
    expect(entry([restore('blocks.1.hook_attn_out', 3)])).toEqual([4, 4, 4, 3, 4]);
  });

  it('a position before the corruption has something to restore', () => {
    expect(entry([restore('blocks.0.hook_mlp_out', 0)])).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('plan', () => {
  const runs: Run[] = [
    clean,
    corrupted,
    ...[0, 1, 2].flatMap((layer) =>
      tokens.map(
        (_, row): Run => ({
          id: `${layer}.${row}`,
          unit: 'hidden',
          base: 'corrupted',
          edits: [restore(`blocks.${layer}.hook_resid_post`, row)],
          metric,
        }),
      ),
    ),
  ];

  it('aliases the runs that cannot differ from their base', () => {
    const plan = planForward(spec, { runs, reuse: 'wavefront' }, options);
    // Edits before the corruption, and at the last block before the last row.
    expect([...plan.aliases.keys()].map(({ id }) => id).sort()).toEqual([
      '0.0',
      '1.0',
      '2.0',
      '2.1',
      '2.2',
      '2.3',
    ]);
    expect(new Set([...plan.aliases.values()].map(({ id }) => id))).toEqual(new Set(['corrupted']));
  });

  it('counts the FLOPs of a full forward as the formula does', () => {
    const captures = [{ site: 'unembed.hook_out' }];
    const plan = planForward(spec, { runs: [{ id: 'a', tokens, captures }], reuse: 'naive' }, options);
    expect(plan.flops).toBe(forwardFlops(spec, tokens.length));
    expect(plan.naiveFlops).toBe(plan.flops);
  });

  it('the naive plan computes every run alone and in full', () => {
    const plan = planForward(spec, { runs, reuse: 'naive' }, options);
    expect(plan.sweeps.length).toBe(runs.length);
    expect(plan.aliases.size).toBe(0);
  });

  it('is printable', () => {
    const plan = planForward(spec, { runs: runs.slice(0, 4), reuse: 'wavefront' }, options);
    expect(printPlan(plan)).toMatchSnapshot();
  });

  it('splits patched runs into sweeps when a binding is small, and says so when one sweep cannot fit', () => {
    const wide = planForward(spec, { runs, reuse: 'wavefront' }, options);
    const narrow = planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 20 * 4 * 32 });
    expect(narrow.sweeps.length).toBeGreaterThan(wide.sweeps.length);
    expect(() => planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 * 4 * 32 })).toThrow(
      /limit of 256 bytes/,
    );
  });

  it("keeps GPT-2 small's sweeps small whatever the adapter would bind, and its logits in tiles", () => {
    const small = gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 768, dMlp: 3072, nCtx: 1024, dVocab: 50257 });
    const draws = [0, 1, 2, 3];
    const prompt = Array.from({ length: 10 }, (_, t) => t);
    const last = { row: 9, answer: 7 };
    const many: Run[] = [
      { id: 'clean', tokens: prompt, metric: last },
      ...draws.map((d): Run => ({ id: `c${d}`, base: 'clean', edits: [noise], metric: last })),
      ...draws.flatMap((d) =>
        Array.from({ length: 12 }, (_, layer) => layer).flatMap((layer) =>
          prompt.map(
            (row): Run => ({
              id: `${layer}.${row}.${d}`,
              unit: 'hidden',
              base: `c${d}`,
              edits: [restore(`blocks.${layer}.hook_resid_post`, row)],
              metric: last,
            }),
          ),
        ),
      ),
    ];
    const plan = planForward(small, { runs: many, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 31 });
    const scratch = plan.sweeps.flatMap((sweep) =>
      sweep.tensors.filter((tensor) => tensor.role === 'scratch'),
    );
    for (const tensor of scratch) expect(4 * tensor.elements, tensor.id).toBeLessThanOrEqual(2 ** 26);
    expect(plan.naiveFlops / plan.flops).toBeGreaterThan(5);
    // The vocabulary (147 MiB) exceeds the guaranteed binding, so it is read in parts.
    const guaranteed = planForward(small, { runs: many, reuse: 'wavefront' }, options);
    const parts = guaranteed.sweeps[0]!.steps.filter(
      (step) => step.type === 'dispatch' && step.kernel === 'gemm_bt',
    );
    expect(parts.length).toBe(2);
  });

  it('cuts submits by FLOPs: the same work, at most one more dispatch per cut', () => {
    const plan = planForward(spec, { runs, reuse: 'wavefront' }, options);
    const whole = planCounters(plan, { budgetFlops: 1e12 });
    expect(whole.submits).toBe(plan.sweeps.length);
    for (const budgetFlops of [500, 3e3, 1e4]) {
      const split = planCounters(plan, { budgetFlops });
      expect(split.flops).toBe(whole.flops);
      expect(split.submits).toBeGreaterThan(whole.submits);
      expect(split.dispatches - whole.dispatches).toBeLessThanOrEqual(Math.ceil(plan.flops / budgetFlops));
      for (const sweep of plan.sweeps) {
        const flops = splitSteps(sweep.steps, { budgetFlops })
          .flat()
          .reduce((sum, step) => sum + (step.type === 'dispatch' ? step.flops : 0), 0);
        const all = sweep.steps.reduce((sum, step) => sum + (step.type === 'dispatch' ? step.flops : 0), 0);
        expect(flops).toBeCloseTo(all, 3);
      }
    }
  });
});

describe('requests that cannot be', () => {
  const bad: [string, Run[], RegExp][] = [
    ['an unknown base', [{ id: 'a', base: 'nobody' }], /unknown base, got 'nobody'/],
    ['no tokens', [{ id: 'a', tokens: [] }], /no tokens/],
    ['too many tokens', [{ id: 'a', tokens: new Array(17).fill(1) }], /got 17 tokens, expected at most 16/],
    ['a token out of range', [{ id: 'a', tokens: [20] }], /got 20, expected 0\.\.19/],
    ['a negative row', [{ ...clean, edits: [{ ...noise, rows: [-1] }] }], /row out of range, got -1/],
    ['a head where there is none', [{ ...clean, edits: [{ ...noise, head: 0 }] }], /this site has none/],
    [
      'a head too many',
      [{ ...clean, edits: [{ site: 'blocks.0.attn.hook_z', rows: [0], head: 2, op: 'scale', alpha: 0 }] }],
      /got 2, expected 0\.\.1/,
    ],
    [
      'columns beyond the row',
      [{ ...clean, edits: [{ ...noise, columns: [4, 9] }] }],
      /got \[4, 9\), expected within \[0, 8\)/,
    ],
    [
      'a vector of the wrong length',
      [{ ...clean, edits: [{ ...noise, source: { kind: 'vector', values: [1, 2, 3] } }] }],
      /vector has 3 values, expected 8 or 16/,
    ],
    [
      'a set without a source',
      [{ ...clean, edits: [{ site: 'hook_embed', rows: [0], op: 'set' }] }],
      /needs a source/,
    ],
    [
      'a source of another length',
      [
        clean,
        { id: 'b', tokens: [1, 2] },
        { ...corrupted, edits: [{ ...noise, source: { kind: 'run', run: 'b' } }] },
      ],
      /2 tokens, expected 5/,
    ],
    ['an id used twice', [clean, clean], /used twice/],
    [
      'a pattern capture by rows',
      [{ ...clean, captures: [{ site: 'blocks.0.attn.hook_pattern', rows: [1] }] }],
      /comes whole/,
    ],
  ];
  it.each(bad)('%s', (_, runs, message) => {
    expect(() => planForward(spec, { runs, reuse: 'wavefront' }, options)).toThrow(message);
  });
});
