/**
 * Attribution patching (Nanda 2023): what each patch would do, to first order, from two forward passes
 * and one backward pass: (patched value - own value) . d metric / d value, at the run that is patched.
 */
import type { Tensor } from '../../forward/request/contract';
import type { Run } from '../../forward/request/types';
import { findSite, headAxisOf } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { type Cell, GRIDS, type GridName, placeOf } from '../common/grids';
import { seedOf } from '../common/seed';
import type { MetricName, StudyCase } from '../common/spec';
import type { CaseResults } from '../experiment';

/** Ids of the run that is patched, with its gradients, and of the one that it is patched from. */
const [PATCHED, FROM] = ['gradient', 'from'] as const;

export interface Estimating {
  readonly metric: MetricName;
  readonly grids: readonly GridName[];
  /** Runs: the one that is patched, and the one that it is patched from. */
  readonly base: string;
  readonly from: string;
}

/** The two runs that every estimate of a case reads. */
export function estimatingRuns(
  { metric, grids, base, from }: Estimating,
  one: StudyCase,
  model: ModelSpec,
): Run[] {
  const sites = new Set(
    grids.flatMap((name) => range(0, model.nLayers).map((layer) => GRIDS[name].site(model, layer))),
  );
  const captures = [...sites].map((site) => ({ site }));
  const seed = { mean: [seedOf(metric as Exclude<MetricName, 'rank'>, one)] };
  return [
    { id: PATCHED, base, captures, gradients: { seed, of: captures } },
    { id: FROM, base: from, captures },
  ];
}

/** The metric that a patch of this cell would give, to first order. `own`: that of the patched run. */
export function estimated(
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  T: number,
  { runs, own }: { readonly runs: CaseResults['runs']; readonly own: number },
): number {
  const { site, rows, head, columns } = placeOf(model, name, cell, T);
  const gradient = runs[PATCHED]!.gradients![site]!;
  const [patched, from] = [PATCHED, FROM].map((id) => runs[id]!.captures[site]!.data);
  let sum = own;
  for (const index of entries(model, site, gradient, { rows, head, columns }))
    sum += gradient.data[index]! * (from![index]! - patched![index]!);
  return sum;
}

interface Part {
  readonly rows: readonly number[];
  readonly head?: number | undefined;
  readonly columns?: readonly [number, number] | undefined;
}

/** Indices of part of a captured tensor: [T, heads, columns], or [heads, T, columns] for patterns. */
function* entries(model: ModelSpec, name: string, { shape }: Tensor, { rows, head, columns }: Part) {
  const site = findSite(model, name);
  const isSquare = site.axes.includes('S');
  const width = shape.at(-1)!;
  const heads = headAxisOf(site) === null ? 1 : shape[isSquare ? 0 : 1]!;
  const T = shape[isSquare ? 1 : 0]!;
  const [begin, end] = columns ?? [0, width];
  for (const t of rows)
    for (const h of head === undefined ? range(0, heads) : [head]) {
      const first = (isSquare ? h * T + t : t * heads + h) * width;
      for (let c = begin; c < end; c++) yield first + c;
    }
}
