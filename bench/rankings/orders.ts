/** Sizes of every state's change by each method, of one prompt. */
import { estimateOf } from '../../src/experiments/activation-patching/agree';
import { patchingExperiment } from '../../src/experiments/activation-patching/experiment';
import { lengthsOf } from '../../src/experiments/activation-patching/trivial';
import { isSkipped } from '../../src/experiments/common/skip';
import type { StudyCase } from '../../src/experiments/common/spec';
import type { Sized } from '../../src/experiments/testing/withinKinds';
import type { RunForward } from '../../src/forward/request/contract';
import type { ModelSpec } from '../../src/model/spec';
import { range } from '../../src/util/range';
import { questionOf } from './questions';

export interface Opened {
  readonly model: ModelSpec;
  readonly forward: RunForward;
}

export const METHODS = {
  AtP: {},
  'with the QK fix': { qkFix: true },
  'AtP*': { qkFix: true, gradDrop: true },
} as const;

/** By method; each list has every cell that the twin changes, grid after grid. */
export interface Orders {
  readonly measured: readonly number[];
  readonly by: Readonly<Record<string, readonly number[]>>;
}

/** null: the model does not know the answer. */
export async function ordersOf(opened: Opened, one: StudyCase, fields: object): Promise<Orders | null> {
  const first = await sizesOf(opened, one, { ...fields, by: 'both' });
  if (!first) return null;
  const by: Record<string, readonly number[]> = {};
  for (const [method, own] of Object.entries(METHODS))
    by[method] = (await sizesOf(opened, one, { ...fields, ...own, by: 'estimate' }))!.estimated;
  const all = { ...by, 'difference alone': first.difference, 'gradient alone': first.gradient };
  const changed = [...first.difference.keys()].filter((i) => first.difference[i] !== 0);
  const of = (list: readonly number[]) => changed.map((i) => list[i]!);
  return {
    measured: of(first.measured),
    by: Object.fromEntries(Object.entries(all).map(([method, list]) => [method, of(list)])),
  };
}

/** Of the estimates alone; of a model that knows nothing, too. Heads of one place are of one kind. */
export async function estimatesOf(opened: Opened, one: StudyCase, fields: object): Promise<Sized[]> {
  const found = await sizesOf(opened, one, { ...fields, onlyKnown: false, by: 'estimate' });
  const { nLayers: L, nHeads: H } = opened.model;
  const kinds = questionOf(one, fields).grids.flatMap((grid) =>
    range(0, L * one.tokens.length).flatMap((place) =>
      range(0, grid.startsWith('attn_head') ? H : 1).map(() => `${grid} ${place}`),
    ),
  );
  return found!.estimated.map((size, i) => ({ size, kind: kinds[i]! }));
}

type Sizes = Record<'measured' | 'estimated' | 'difference' | 'gradient', number[]>;

async function sizesOf({ model, forward }: Opened, one: StudyCase, fields: object): Promise<Sizes | null> {
  const spec = questionOf(one, fields);
  const { runs } = await forward({
    runs: patchingExperiment.plan(spec, model, 0, {}),
    reuse: 'wavefront',
  });
  const results = { runs, finished: new Set(['', ...spec.grids]), weights: {} };
  const found = patchingExperiment.measure(spec, model, 0, results, {})!;
  if (isSkipped(found)) return null;
  const base = spec.direction === 'denoise' ? found.corrupted[0]! : found.clean;
  const all = (nameOf: (grid: string) => string, level: number) =>
    spec.grids.flatMap((grid) =>
      (found.sweeps[nameOf(grid)]?.metric ?? []).map(([value]) => Math.abs(value! - level)),
    );
  return {
    measured: spec.by === 'both' ? all((grid) => grid, base) : [],
    estimated: all(estimateOf, spec.gradDrop ? 0 : base),
    difference: all((grid) => lengthsOf(grid, 'difference'), 0),
    gradient: all((grid) => lengthsOf(grid, 'gradient'), 0),
  };
}
