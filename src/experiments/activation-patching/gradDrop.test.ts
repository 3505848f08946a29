/** GradDrop against forward passes alone: slopes by central differences, with one block's parts held. */
import { describe, expect, it } from 'vitest';
import type { Edit, Run } from '../../forward/request/types';
import { createReferenceForward } from '../../forward/reference/forward';
import type { Golden } from '../../forward/testing';
import { hasSite } from '../../model/sites';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { axisLength, type Cell, GRIDS, type GridName, placeOf } from '../common/grids';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';

const STEP = 1e-4;
const CLEAN = [3, 14, 15, 9, 26];
const CORRUPTED = [3, 14, 20, 9, 11];
const [ANSWER, DISTRACTOR] = [5, 7];
const T = CLEAN.length;
const every = range(0, T);

const specOf = (asked: object, cases: readonly (readonly [number[], number[]])[] = [[CLEAN, CORRUPTED]]) => ({
  version: 1,
  kind: 'activation-patching',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  scale: 'raw',
  by: 'estimate',
  gradDrop: true,
  cases: cases.map(([tokens, corrupted]) => ({
    prompt: 'a',
    tokens,
    corrupted: { prompt: 'b', tokens: corrupted },
    answer: { id: ANSWER },
    distractor: { id: DISTRACTOR },
  })),
  ...asked,
});

function cellsOf({ spec }: Golden, name: GridName): Cell[] {
  let cells: Cell[] = [{}];
  for (const axis of GRIDS[name].axes) {
    const n = axis === 'position' ? T : axisLength(spec, name, axis);
    cells = cells.flatMap((cell) => range(0, n).map((i) => ({ ...cell, [axis]: i })));
  }
  return cells;
}

/** c of every cell: sum over other blocks of |slope towards the clean value| / (L - 1). */
async function byDifferences({ spec, weights }: Golden, cells: readonly Cell[], name: GridName) {
  const held = (layer: number): Edit[] =>
    ['hook_attn_out', 'hook_mlp_out']
      .map((kind) => `blocks.${layer}.${kind}`)
      .filter((site) => hasSite(spec, site))
      .map((site) => ({ site, rows: every, op: 'set', source: { kind: 'run', run: 'corrupted' } }));
  const moved = (cell: Cell, alpha: number): Edit => {
    const source = { kind: 'run', run: 'clean' } as const;
    return { ...placeOf(spec, name, cell, T), op: 'lerp', alpha, source };
  };
  const metric = { row: T - 1, answer: ANSWER, distractor: DISTRACTOR };
  const passes = cells.flatMap((cell, i) =>
    range(0, spec.nLayers)
      .filter((layer) => layer !== cell.layer)
      .map((layer) => ({ id: `${i} ${layer}`, i, cell, layer })),
  );
  const runs = passes.flatMap(({ id, cell, layer }) =>
    [STEP, -STEP].map((step): Run => {
      const edits = [...held(layer), moved(cell, step)];
      return { id: `${id} ${step}`, base: 'corrupted', edits, metric };
    }),
  );
  const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
  const twins: Run[] = [
    { id: 'clean', tokens: CLEAN },
    { id: 'corrupted', tokens: CORRUPTED },
  ];
  const found = await forward({ runs: [...twins, ...runs], reuse: 'naive' });
  const value = (id: string) => found.runs[id]!.metric!.answer - found.runs[id]!.metric!.distractor;
  const sums = cells.map(() => 0);
  for (const { id, i } of passes)
    sums[i]! += Math.abs(value(`${id} ${STEP}`) - value(`${id} ${-STEP}`)) / (2 * STEP);
  return sums.map((sum) => sum / (spec.nLayers - 1));
}

describe.each(['tiny-a', 'tiny-gemma2', 'tiny-phi', 'tiny-olmo2'])('GradDrop of %s', (name) => {
  it('sums the sizes of slopes with the parts of one block held', async () => {
    const golden = await openGolden(name);
    const grids = ['attn_head_out_by_pos', 'attn_out', 'mlp_out', 'attn_head_v_all_pos'] as const;
    const document = await runStudy(patchingExperiment, specOf({ grids }), golden);
    for (const grid of grids) {
      const { values, scale } = figureOf(document, `${grid} estimate`);
      const wanted = await byDifferences(golden, cellsOf(golden, grid), grid);
      const error = maxOf(values.map((value, i) => Math.abs(value! - wanted[i]!))) / maxOf(wanted);
      process.stdout.write(`${name} ${grid}: largest error ${error.toExponential(1)}\n`);
      expect(error, grid).toBeLessThan(5e-6);
      expect(scale).toBe('positive');
    }
  });
});

it('takes sizes before the mean over prompts', async () => {
  const golden = await openGolden('tiny-a');
  const cases = [
    [CLEAN, CORRUPTED],
    [CORRUPTED, CLEAN],
  ] as const;
  const grids = ['attn_head_out_all_pos'];
  const values = async (asked: Parameters<typeof specOf>[1]) =>
    figureOf(await runStudy(patchingExperiment, specOf({ grids }, asked), golden), `${grids[0]} estimate`)
      .values as number[];
  const [both, first, second] = [
    await values(cases.map(([a, b]) => [[...a], [...b]] as const)),
    await values([[CLEAN, CORRUPTED]]),
    await values([[CORRUPTED, CLEAN]]),
  ];
  for (const [i, value] of both.entries()) expect(value).toBeCloseTo((first[i]! + second[i]!) / 2, 6);
});

it('goes with the QK fix, and is compared with the sizes that are measured', async () => {
  const golden = await openGolden('tiny-a');
  const grids = ['attn_head_q_by_pos'];
  const document = await runStudy(patchingExperiment, specOf({ grids, by: 'both', qkFix: true }), golden);
  const [sizes, measured] = [figureOf(document, `${grids[0]} estimate`), figureOf(document, grids[0]!)];
  const own = measured.levels!.find(({ name }) => name === 'corrupted')!.value;
  const points = figureOf(document, `${grids[0]} agreement`).values;
  expect(points.filter((_, i) => i % 2 === 0)).toEqual(sizes.values);
  expect(points.filter((_, i) => i % 2 === 1)).toEqual(measured.values.map((x) => Math.abs(x! - own)));
  const { axes, values } = figureOf(document, 'agreement');
  expect(axes[1]!.labels).toEqual(['Spearman', 'R²', 'share of the true top found', 'size of the top']);
  expect(values[0]).toBeGreaterThan(0.5);
  const plain = await runStudy(patchingExperiment, specOf({ grids }), golden);
  expect(figureOf(plain, `${grids[0]} estimate`).values).not.toEqual(sizes.values);
  expect(plain.finding).toMatch(
    /^By an estimate to first order \(GradDrop, without a sign\), patching matters/,
  );
});

it.each<[string, object, string]>([
  ['tiny-a', { by: 'measure' }, "activation-patching: gradDrop: wrong value, got by 'measure'"],
  ['tiny-a', { grids: ['resid_mid'] }, 'gradDrop: wrong value, got resid_mid, expected grids of parts'],
])('is refused on %s with %j', async (name, asked, sentence) => {
  const golden = await openGolden(name);
  const spec = specOf({ grids: ['mlp_out'], ...asked });
  await expect(runStudy(patchingExperiment, spec, golden)).rejects.toThrow(sentence);
});
