/**
 * Edges of one sender that matter only jointly: receivers substitute, or each adds little. Keeps
 * edges, strongest first, until cutting the rest together has no significant effect.
 */
import type { Rounds } from '../../experiment';
import type { CutMeasure, CutSet } from '../cutSets';
import type { GraphFound } from './result';
import type { SearchSpace } from '../searchSpace';
import { judge, measureOf } from './rules';
import type { GraphSpec } from '../spec';

/** Measures sets: `[set][case]`. */
export type Measure = (
  sets: readonly CutSet[],
  doing: string,
  measure?: CutMeasure,
) => Rounds<GraphSpec, GraphFound, number[][]>;

/** A sender's jointly relevant edges, in keeping order, and how many are kept so far. */
export interface Divided {
  readonly edges: readonly number[];
  readonly kept: number;
}

/** How many edges to keep: those significant alone come first, then the strongest others. */
export function* keepTogether(
  space: SearchSpace,
  senders: readonly Divided[],
  measure: Measure,
  doing: string,
): Rounds<GraphSpec, GraphFound, Divided[]> {
  const counts = function* (sets: readonly (readonly number[])[]): Rounds<GraphSpec, GraphFound, boolean[]> {
    const cut = yield* measure(
      sets.map((own) => ({ cut: own })),
      doing,
      measureOf(space.spec),
    );
    return judge(space, cut).map((verdict) => verdict.counts);
  };
  const begun = yield* neededFirst(senders, counts);
  // A single remaining edge is known not to count.
  const search = begun.map(({ edges, kept }) => ({
    edges,
    low: kept,
    high: Math.max(kept, edges.length - 1),
  }));
  for (let step = 0; search.some(({ low, high }) => low < high); step++) {
    const open = search.filter(({ low, high }) => low < high);
    // Usually nothing has to be added.
    const tried = open.map(({ low, high }) => (step === 0 ? low : Math.floor((low + high) / 2)));
    const verdicts = yield* counts(open.map(({ edges }, s) => edges.slice(tried[s]!)));
    for (const [s, one] of open.entries()) {
      if (verdicts[s]) one.low = tried[s]! + 1;
      else one.high = tried[s]!;
    }
  }
  return search.map(({ edges, high }) => ({ edges, kept: high }));
}

/** If no edge counts alone: first those without which the rest does not count jointly. */
function* neededFirst(
  senders: readonly Divided[],
  counts: (sets: readonly (readonly number[])[]) => Rounds<GraphSpec, GraphFound, boolean[]>,
): Rounds<GraphSpec, GraphFound, Divided[]> {
  const unclear = senders.filter(({ kept }) => kept === 0);
  const verdicts = yield* counts(
    unclear.flatMap(({ edges }) => edges.map((left) => edges.filter((e) => e !== left))),
  );
  let next = 0;
  return senders.map((sender) => {
    if (sender.kept > 0) return sender;
    const isNeeded = new Map(sender.edges.map((e) => [e, !verdicts[next++]]));
    const needed = sender.edges.filter((e) => isNeeded.get(e));
    return { edges: [...needed, ...sender.edges.filter((e) => !isNeeded.get(e))], kept: needed.length };
  });
}
