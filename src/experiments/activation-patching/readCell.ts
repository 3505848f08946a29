/** A grid's cell in captured tensors: its numbers in both runs, and the metric's slope along each. */
import type { RunResult, Tensor } from '../../forward/request/contract';
import { findSite, headAxisOf } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { type Cell, GRIDS, type GridName, placeOf } from '../common/grids';

interface Runs {
  /** The run that is patched, and the one that it is patched from. */
  readonly base: RunResult;
  readonly from: RunResult;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

interface CellRead {
  /** The cell's, in each of the arrays. */
  readonly indices: Iterable<number>;
  readonly own: ArrayLike<number>;
  readonly other: ArrayLike<number>;
  readonly slope: ArrayLike<number>;
}

export function readCell(
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  { base, from, gradients }: Runs,
): CellRead {
  const at = GRIDS[name].site(model, cell.layer!);
  const gradient = gradients[at]!;
  const T = gradient.shape[findSite(model, at).axes.indexOf('T')]!;
  return {
    indices: entries(model, at, gradient, placeOf(model, name, cell, T)),
    own: base.captures[at]!.data,
    other: from.captures[at]!.data,
    slope: gradient.data,
  };
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
