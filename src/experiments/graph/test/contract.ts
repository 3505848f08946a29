/** Shared parts of graph tests: the graph's edges, the cases, and reading of results. */
import { mean } from '../../../statistics/stats';
import type { GraphTruth } from '../../../results/graph';
import type { Averaged } from '../../common/average';
import { shareOfLoss } from '../../common/loss';
import { type Ratios, ratiosOfMeans } from '../../common/ratio';
import type { CutTable, Handle, Levels } from '../cutTable';
import type { GraphFound } from '../search/result';
import { type SearchSpace, levelsOf, meanLevels, overPrompts } from '../searchSpace';
import { type Wiring, wiringOf } from '../wiring';

export interface Tested {
  readonly space: SearchSpace;
  readonly found: GraphFound;
  /** The graph: ascending indices into the space's edges. */
  readonly kept: readonly number[];
  /** |mean score| by edge; 0 if not measured alone. */
  readonly sizes: readonly number[];
  readonly wiring: Wiring;
}

export interface Outcome {
  readonly truth: Partial<GraphTruth>;
  readonly notes?: readonly string[];
  /** Mean logit difference with every edge cut. */
  readonly empty?: number;
}

/** A test requests its sets, and computes its result once they are measured. */
export type Test = (tested: Tested, table: CutTable) => (levels: Levels) => Outcome;

export function testedOf(space: SearchSpace, found: GraphFound): Tested {
  return {
    space,
    found,
    kept: found.edges.flatMap(({ kept }, e) => (kept ? [e] : [])),
    sizes: found.edges.map(({ scores }) => (scores ? Math.abs(mean(scores)) : 0)),
    wiring: wiringOf(space),
  };
}

/** Logits as a share of mean clean - mean corrupted; null if that is near 0. */
export function sharing(space: SearchSpace): ((logits: number) => number) | null {
  const levels = meanLevels(space);
  return shareOfLoss(1, levels) === null ? null : (logits) => shareOfLoss(logits, levels)!;
}

/** One set's number in a document. */
export const numberAt = (
  { values, intervals, missing = null }: Averaged & Partial<Pick<Ratios, 'missing'>>,
  set: number,
) => ({
  value: values[set]!,
  interval: intervals?.[set] ?? null,
  ...(missing === 'not determined' && { missing }),
});

/** f = (m_set - m_0) / (m_full - m_0) per set over these cases; m_0: every edge cut. */
export function faithfulnessOf(
  space: SearchSpace,
  cases: readonly number[],
  levels: Levels,
  { sets, empty }: { readonly sets: readonly Handle[]; readonly empty: Handle },
): Ratios {
  const none = levels(empty);
  const full = cases.map((i) => levelsOf(space, i).clean);
  const own = sets.map(levels);
  return ratiosOfMeans(
    cases.map((_, c) => own.map((level) => level[c]! - none[c]!)),
    cases.map((_, c) => full[c]! - none[c]!),
    overPrompts(space, cases),
  );
}
