/** Trivial rankings beside estimates: their lengths, and the table that compares the orders. */
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../forward/reference/forward';
import type { Tensor } from '../../forward/request/contract';
import { agreement } from '../../statistics/agreement';
import { range } from '../../util/range';
import type { GridName } from '../common/grids';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';
import { lengthAt } from './trivial';

const CLEAN = [3, 14, 15, 9, 26];
const CORRUPTED = [3, 14, 20, 9, 26];
const [ANSWER, DISTRACTOR] = [5, 7];
const asked = {
  version: 1,
  kind: 'activation-patching',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  by: 'both',
  cases: [
    {
      prompt: 'a',
      tokens: CLEAN,
      corrupted: { prompt: 'b', tokens: CORRUPTED },
      answer: { id: ANSWER },
      distractor: { id: DISTRACTOR },
    },
  ],
};

/** Sites of [T, heads, columns]; keys are shared in tiny-llama. */
it.each([
  ['tiny-a', 'attn_head_k_by_pos', 'attn.hook_k'],
  ['tiny-llama', 'attn_head_k_by_pos', 'attn.hook_k'],
  ['tiny-llama', 'attn_head_out_by_pos', 'attn.hook_z'],
] as const)('lengths of %s, %s, are those of the tensors', async (name, grid: GridName, kind) => {
  const { spec, weights } = await openGolden(name);
  const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
  const site = `blocks.1.${kind}`;
  const weighted = [[ANSWER, 1] as const, [DISTRACTOR, -1] as const];
  const gradients = {
    seed: { mean: [{ row: 4, of: 'logits', weights: weighted } as const] },
    of: [{ site }],
  };
  const { runs } = await forward({
    runs: [
      { id: 'clean', tokens: CLEAN, captures: [{ site }] },
      { id: 'corrupted', tokens: CORRUPTED, captures: [{ site }], gradients },
    ],
    reuse: 'naive',
  });
  const [, heads, width] = runs.clean!.captures[site]!.shape;
  const numbers = ({ data }: Tensor, t: number, h: number) =>
    data.subarray((t * heads! + h) * width!, (t * heads! + h + 1) * width!);
  for (const t of range(0, CLEAN.length))
    for (const h of range(0, heads!)) {
      const [clean, corrupted] = [runs.clean!, runs.corrupted!].map((run) =>
        numbers(run.captures[site]!, t, h),
      );
      const about = { runs, base: 'corrupted', from: 'clean' } as const;
      const difference = lengthAt(spec, grid, [1, t, h], { ...about, trivial: 'difference' });
      expect(difference).toBeCloseTo(Math.hypot(...clean!.map((value, i) => value - corrupted![i]!)), 6);
      const gradient = lengthAt(spec, grid, [1, t, h], { ...about, trivial: 'gradient' });
      expect(gradient).toBeCloseTo(Math.hypot(...numbers(runs.corrupted!.gradients![site]!, t, h)), 6);
    }
});

describe('the table of rankings', () => {
  it.each([
    ['tiny-llama', 'noise', {}],
    ['tiny-llama', 'denoise', { qkFix: true }],
    ['tiny-qwen3', 'denoise', { qkFix: true }],
    ['tiny-a', 'denoise', { gradDrop: true }],
  ])('of %s, %s, has four rows a grid: %j', async (name, direction, more) => {
    const grids = ['attn_head_k_by_pos', 'attn_head_out_by_pos'];
    const document = await runStudy(
      patchingExperiment,
      { ...asked, direction, grids, ...more },
      await openGolden(name),
    );
    const { axes, values } = figureOf(document, 'rankings');
    expect(axes[0]!.labels).toEqual(
      ['keys, by position', 'head outputs (z), by position'].flatMap((title) =>
        ['estimate', 'difference alone', 'gradient alone', 'random order'].map((by) => `${title}: ${by}`),
      ),
    );
    const measured = figureOf(document, grids[0]!);
    const base = direction === 'denoise' ? 0 : 1;
    const sizes = measured.values.map((value) => Math.abs(value! - base));
    const isSize = 'gradDrop' in more;
    const heads = measured.axes[2]!.labels.length;
    const guesses = figureOf(document, `${grids[0]} estimate`).values;
    // The twin changes token 2 alone, so its keys in block 0, and all later ones in block 1.
    const changed = [...sizes.keys()].filter((cell) => {
      const place = Math.floor(cell / heads);
      return place < CLEAN.length ? place === 2 : place % CLEAN.length >= 2;
    });
    const k = Math.ceil(changed.length / 5);
    const wanted = agreement(
      changed.map((cell) => Math.abs(isSize ? guesses[cell]! : guesses[cell]! - base)),
      changed.map((cell) => sizes[cell]!),
      k,
    );
    expect(values.slice(0, 3)).toEqual([wanted.spearman, wanted.top, wanted.topSize]);
    expect(values.slice(9, 12)).toEqual([0, k / changed.length, wanted.topSize]);
    // Lengths are no figures of their own.
    expect(document.figures.filter((figure) => / (difference|gradient)$/.test(figure.name))).toEqual([]);
  });

  it('averages several prompts, by role', async () => {
    const other = { ...asked.cases[0]!, tokens: [3, 14, 15, 9, 26, 8] };
    const cases = [
      { ...asked.cases[0]!, subject: { begin: 2, end: 3 } },
      { ...other, corrupted: { prompt: 'c', tokens: [3, 14, 20, 9, 26, 8] }, subject: { begin: 2, end: 3 } },
    ];
    const document = await runStudy(
      patchingExperiment,
      { ...asked, cases, grids: ['mlp_out'] },
      await openGolden('tiny-a'),
    );
    const { values } = figureOf(document, 'rankings');
    for (const value of values) expect(value).not.toBeNaN();
  });
});
