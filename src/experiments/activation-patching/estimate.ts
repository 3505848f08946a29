/**
 * Attribution patching (Nanda 2023): what each patch would do, to first order, from two forward passes
 * and one backward pass: (patched value - own value) . d metric / d value, at the run that is patched.
 */
import type { Gradients } from '../../forward/request/seeds';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { type Cell, GRIDS, type GridName } from '../common/grids';
import { type SeedMetric, seedOf } from '../common/seed';
import type { MetricName, StudyCase } from '../common/spec';
import type { ShownByRuns } from '../contract/swept';
import type { CaseResults } from '../experiment';
import { branchOf, patternSite, qkChange, qkReads, type Reads } from './qkFix';
import { readCell } from './readCell';

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
  /** Estimates stand beside measurements, and beside trivial rankings, which read plain states. */
  readonly isJudged: boolean;
}

/** What every estimate of a case reads of the two runs. */
export function shownForEstimates(asked: Estimating, one: StudyCase, model: ModelSpec): ShownByRuns {
  const { base, from, gradDrop, isJudged } = asked;
  const captures = (part: keyof Reads) => sitesRead(asked, model, part).map((site) => ({ site }));
  const plain = gradDrop && !isJudged ? {} : { gradients: gradientsRead(asked, one, model) };
  return { [base]: { captures: captures('base'), ...plain }, [from]: { captures: captures('from') } };
}

/** The gradients that estimates read, of a run with the patched run's values. */
export const gradientsRead = (asked: Estimating, one: StudyCase, model: ModelSpec): Gradients => ({
  seed: { mean: [seedOf(asked.metric as SeedMetric, one)] },
  of: sitesRead(asked, model, 'gradients').map((site) => ({ site })),
});

function sitesRead({ grids, qkFix, isJudged }: Estimating, model: ModelSpec, part: keyof Reads): string[] {
  const read = range(0, model.nLayers).flatMap((layer) =>
    grids.flatMap((name) => {
      const fixed = qkFix ? qkReads(model, name, layer) : null;
      const plain = plainReads(GRIDS[name].site(model, layer));
      return [...(fixed ? [fixed] : []), ...(fixed && !isJudged ? [] : [plain])];
    }),
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
  const { indices, own, other, slope } = readCell(model, name, cell, {
    base: patched,
    from: given,
    gradients,
  });
  let sum = 0;
  for (const i of indices) sum += slope[i]! * (other[i]! - own[i]!);
  return sum;
}

/** A cell of a grid by the names of its axes. */
export const cellOf = (name: GridName, cell: readonly number[]): Cell =>
  Object.fromEntries(GRIDS[name].axes.map((axis, a) => [axis, cell[a]]));
