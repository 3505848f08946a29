/**
 * Attribution patching (Nanda 2023): what each patch would do, to first order, from two forward passes
 * and one backward pass: (patched value - own value) . d metric / d value, at the run that is patched.
 */
import type { Tensor } from '../../forward/request/contract';
import type { Gradients } from '../../forward/request/seeds';
import { findSite, headAxisOf } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { type Cell, GRIDS, type GridName, placeOf } from '../common/grids';
import { type SeedMetric, seedOf } from '../common/seed';
import type { MetricName, StudyCase } from '../common/spec';
import type { ShownByRuns } from '../contract/swept';
import type { CaseResults } from '../experiment';
import { branchOf, patternSite, qkChange, qkReads, type Reads } from './qkFix';

/** Runs: the one that is patched, and the one that it is patched from. */
export interface Pair {
  readonly base: 'clean' | 'corrupted';
  readonly from: 'clean' | 'corrupted';
}

export interface Estimating extends Pair {
  readonly metric: MetricName;
  readonly grids: readonly GridName[];
  /** Queries and keys through the softmax (`qkFix.ts`). */
  readonly qkFix: boolean;
  /** Gradients of passes with one block dropped (`gradDrop.ts`), instead of the plain gradient. */
  readonly gradDrop: boolean;
}

/** What every estimate of a case reads of the two runs. */
export function shownForEstimates(asked: Estimating, one: StudyCase, model: ModelSpec): ShownByRuns {
  const { base, from, gradDrop } = asked;
  const captures = (part: keyof Reads) => sitesRead(asked, model, part).map((site) => ({ site }));
  const plain = gradDrop ? {} : { gradients: gradientsRead(asked, one, model) };
  return { [base]: { captures: captures('base'), ...plain }, [from]: { captures: captures('from') } };
}

/** The gradients that estimates read, of a run with the patched run's values. */
export const gradientsRead = (asked: Estimating, one: StudyCase, model: ModelSpec): Gradients => ({
  seed: { mean: [seedOf(asked.metric as SeedMetric, one)] },
  of: sitesRead(asked, model, 'gradients').map((site) => ({ site })),
});

function sitesRead({ grids, qkFix }: Estimating, model: ModelSpec, part: keyof Reads): string[] {
  const read = range(0, model.nLayers).flatMap((layer) =>
    grids.map((name) => (qkFix && qkReads(model, name, layer)) || plainReads(GRIDS[name].site(model, layer))),
  );
  return [...new Set(read.flatMap((one) => one[part]))];
}

const plainReads = (site: string): Reads => ({ base: [site], from: [site], gradients: [site] });

export interface Estimated extends Pair {
  readonly runs: CaseResults['runs'];
  readonly qkFix: boolean;
  /** The run with the gradients. */
  readonly slopes: string;
}

/** How much a patch of this cell would change the metric, to first order. */
export function estimatedChange(
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  { runs, base, from, qkFix, slopes }: Estimated,
): number {
  const [patched, given] = [runs[base]!, runs[from]!];
  const gradients = runs[slopes]!.gradients!;
  const branch = qkFix ? branchOf(name) : null;
  if (branch) {
    const gradient = gradients[patternSite(cell.layer!)]!;
    return qkChange(model, branch, cell, { base: patched, from: given, gradient });
  }
  const at = GRIDS[name].site(model, cell.layer!);
  const [own, other, gradient] = [patched.captures[at]!.data, given.captures[at]!.data, gradients[at]!];
  const T = gradient.shape[findSite(model, at).axes.indexOf('T')]!;
  let sum = 0;
  for (const index of entries(model, at, gradient, placeOf(model, name, cell, T)))
    sum += gradient.data[index]! * (other[index]! - own[index]!);
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

/** A cell of a grid by the names of its axes. */
export const cellOf = (name: GridName, cell: readonly number[]): Cell =>
  Object.fromEntries(GRIDS[name].axes.map((axis, a) => [axis, cell[a]]));
