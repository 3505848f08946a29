/** The QK fix against the model itself: patterns of patched runs, and effects that are linear in them. */
import { describe, expect, it } from 'vitest';
import type { Run } from '../../forward/request/types';
import { createReferenceForward } from '../../forward/reference/forward';
import type { Golden } from '../../forward/testing';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { axisLength, type Cell, GRIDS, type GridName, patchEdit } from '../common/grids';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';

const QUERIES_AND_KEYS = [
  'attn_head_q_by_pos',
  'attn_head_q_all_pos',
  'attn_head_k_by_pos',
  'attn_head_k_all_pos',
] as const satisfies readonly GridName[];

interface Prompts {
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  readonly answer: number;
  readonly distractor: number;
}

const PAIR: Prompts = { clean: [3, 14, 15, 9, 26], corrupted: [3, 14, 20, 9, 11], answer: 5, distractor: 7 };

/** Changes of the metric by grid, of the estimate and, if asked, as measured. */
async function changes(golden: Golden, { clean, corrupted, answer, distractor }: Prompts, asked: object) {
  const one = {
    prompt: 'a',
    tokens: clean,
    corrupted: { prompt: 'b', tokens: corrupted },
    answer: { id: answer },
    distractor: { id: distractor },
    answerRow: clean.length - 1,
  };
  const spec = {
    version: 1,
    kind: 'activation-patching',
    model: { id: 'golden', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    scale: 'raw',
    cases: [one],
    grids: QUERIES_AND_KEYS,
    ...asked,
  };
  const document = await runStudy(patchingExperiment, spec, golden);
  return (name: string): number[] => {
    const { values, levels } = figureOf(document, name);
    const own = levels!.find((level) => level.name === 'corrupted')!.value;
    return values.map((value) => value! - own);
  };
}

/** All cells of a grid, in the figure's order. */
function cellsOf({ spec }: Golden, name: GridName, T: number): Cell[] {
  let cells: Cell[] = [{}];
  for (const axis of GRIDS[name].axes) {
    const n = axis === 'position' ? T : axisLength(spec, name, axis);
    cells = cells.flatMap((cell) => range(0, n).map((i) => ({ ...cell, [axis]: i })));
  }
  return cells;
}

/** Sum of (pattern of the patched run - pattern) x gradient, every pattern by a run of its own. */
async function byRuns(golden: Golden, { clean, corrupted, answer, distractor }: Prompts, name: GridName) {
  const { spec, weights } = golden;
  const T = clean.length;
  const patterns = range(0, spec.nLayers).map((l) => ({ site: `blocks.${l}.attn.hook_pattern` }));
  const weighted = [[answer, 1] as const, [distractor, -1] as const];
  const seed = { mean: [{ row: T - 1, of: 'logits', weights: weighted }] } as const;
  const cells = cellsOf(golden, name, T);
  const runs: Run[] = [
    { id: 'clean', tokens: clean },
    { id: 'corrupted', tokens: corrupted, captures: patterns, gradients: { seed, of: patterns } },
    ...cells.map((cell, i): Run => {
      const edits = [patchEdit(spec, name, cell, T, 'clean')];
      return { id: `${i}`, base: 'corrupted', edits, captures: [patterns[cell.layer!]!] };
    }),
  ];
  const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
  const found = await forward({ runs, reuse: 'naive' });
  const { captures, gradients } = found.runs.corrupted!;
  return cells.map(({ layer }, i) => {
    const { site } = patterns[layer!]!;
    const patched = found.runs[`${i}`]!.captures[site]!.data;
    const [own, slopes] = [captures[site]!.data, gradients![site]!.data];
    return patched.reduce((sum, x, c) => sum + (x - own[c]!) * slopes[c]!, 0);
  });
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  maxOf(a.map((x, i) => Math.abs(x - b[i]!))) / maxOf(b.map(Math.abs));

describe.each([
  ...['tiny-a', 'tiny-bert', 'tiny-gemma2', 'tiny-llama', 'tiny-olmo', 'tiny-phi', 'tiny-qwen3'],
  'tiny-gpt_neo',
])('the QK fix of %s', (name) => {
  it('sums the change of every patched pattern x its gradient', async () => {
    const golden = await openGolden(name);
    const fixed = await changes(golden, PAIR, { by: 'estimate', qkFix: true });
    for (const grid of QUERIES_AND_KEYS) {
      const error = distance(fixed(`${grid} estimate`), await byRuns(golden, PAIR, grid));
      process.stdout.write(`${name} ${grid}: largest error ${error.toExponential(1)}\n`);
      expect(error, grid).toBeLessThan(1e-6);
    }
  });
});

it('is exact where the metric is linear in the pattern: in a last block without norms and MLPs', async () => {
  const golden = await openGolden('tiny-planted-attention');
  const last = golden.spec.nLayers - 1;
  for (const qkFix of [true, false]) {
    const of = await changes(golden, PAIR, { by: 'both', qkFix });
    for (const grid of QUERIES_AND_KEYS) {
      const inLast = cellsOf(golden, grid, PAIR.clean.length).map(({ layer }) => layer === last);
      const [estimated, measured] = [`${grid} estimate`, grid].map((figure) =>
        of(figure).filter((_, i) => inLast[i]),
      );
      const error = distance(estimated!, measured!);
      if (qkFix) expect(error, grid).toBeLessThan(1e-5);
      else expect(error, grid).toBeGreaterThan(0.01);
    }
  }
});

it('finds the query of an induction head whose softmax has decided, where the plain estimate is 0', async () => {
  const golden = await openGolden('planted');
  // "owl Monday and fox Tuesday, owl" and the same with fox at the end.
  const clean = golden.cases.get('induction')!;
  const prompts = { clean, corrupted: clean.with(-1, 3), answer: 8, distractor: 9 };
  const grid = 'attn_head_q_by_pos';
  const fixed = await changes(golden, prompts, { by: 'both', qkFix: true, grids: [grid] });
  const plain = await changes(golden, prompts, { by: 'estimate', grids: [grid] });
  const isPlanted = cellsOf(golden, grid, clean.length).map(
    ({ layer, position, head }) => layer === 2 && position === clean.length - 1 && head === 0,
  );
  const at = isPlanted.indexOf(true);
  process.stdout.write(
    `planted: measured ${fixed(grid)[at]}, QK fix ${fixed(`${grid} estimate`)[at]}, plain ${plain(`${grid} estimate`)[at]}\n`,
  );
  expect(fixed(grid)[at]).toBeGreaterThan(20);
  expect(fixed(`${grid} estimate`)[at]! / fixed(grid)[at]!).toBeCloseTo(1, 6);
  expect(Math.abs(plain(`${grid} estimate`)[at]!)).toBeLessThan(1e-7);
  // And nothing else.
  for (const [i, change] of fixed(`${grid} estimate`).entries())
    if (i !== at) expect(Math.abs(change)).toBeLessThan(1e-7);
});

it.each<[string, object, string]>([
  ['tiny-a', { by: 'measure' }, "activation-patching: qkFix: wrong value, got by 'measure'"],
  [
    'tiny-a',
    { grids: ['resid_pre'] },
    'qkFix: wrong value, got resid_pre, expected a grid of queries or keys',
  ],
  ['tiny-gpt_oss', {}, 'qkFix: wrong value, got a model with attention sinks, expected a model without'],
  ['tiny-olmo2', {}, 'got a model with a norm across all heads'],
])('is refused on %s with %j', async (name, asked, sentence) => {
  const golden = await openGolden(name);
  await expect(changes(golden, PAIR, { by: 'estimate', qkFix: true, ...asked })).rejects.toThrow(sentence);
});
