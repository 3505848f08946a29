/** What all searches share: ordered edges, counted cases, reference levels. */
import { edgesOf } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import type { RowMetric } from '../../forward/request/contract';
import { mean } from '../../statistics/stats';
import { type Over, overCases } from '../common/average';
import { shareOfLoss } from '../common/loss';
import { counted, type Skipped } from '../common/skip';
import { type PlacedEdge, placed, placesOf } from './places';
import type { GraphSpec } from './spec';

/** A case's own runs: the clean and the corrupted row of logits. */
export interface Baseline {
  readonly clean: RowMetric;
  readonly corrupted: RowMetric;
}

export interface SearchSpace {
  readonly spec: GraphSpec;
  readonly model: ModelSpec;
  /**
   * Every edge of the model: receivers in forward order, each with every earlier sender. With
   * positions, the logits read only at the answer.
   */
  readonly edges: readonly PlacedEdge[];
  /** Indices of the search's cases, and of the held-out ones. */
  readonly cases: readonly number[];
  readonly heldOut: readonly number[];
  /** By case index; null if the case does not count. */
  readonly baselines: readonly (Baseline | null)[];
  /** Positions of case i in each row of the picture; null without positions. */
  readonly rowsOf: ((i: number) => readonly (readonly number[])[]) | null;
  /** Indices of the edges that a search looks at; default all. It leaves the others as they are. */
  readonly searched?: ReadonlySet<number>;
}

export const isSearched = ({ searched }: SearchSpace, e: number): boolean => !searched || searched.has(e);

const difference = ({ answer, distractor }: RowMetric): number => answer - distractor;

export function searchSpaceOf(
  spec: GraphSpec,
  model: ModelSpec,
  measured: readonly (Baseline | Skipped | null)[],
): SearchSpace {
  const isHeldOut = (i: number) => i >= spec.cases.length - spec.heldOut;
  const usable = counted(measured).filter(({ numbers: { clean, corrupted } }) => {
    const levels = { clean: difference(clean), corrupted: difference(corrupted) };
    return shareOfLoss(1, levels) !== null;
  });
  const baselines: (Baseline | null)[] = spec.cases.map(() => null);
  for (const { i, numbers } of usable) baselines[i] = numbers;
  const places = placesOf(spec);
  const edges = edgesOf(model).flatMap((edge) =>
    places ? places.ofReceiver(edge.to).map((at) => placed(edge, at)) : [placed(edge)],
  );
  const indices = usable.map(({ i }) => i);
  return {
    spec,
    model,
    edges,
    cases: indices.filter((i) => !isHeldOut(i)),
    heldOut: indices.filter(isHeldOut),
    baselines,
    rowsOf: places ? places.positions : null,
  };
}

/** Clean and corrupted logit difference of case i. */
export function levelsOf({ baselines }: SearchSpace, i: number): { clean: number; corrupted: number } {
  const { clean, corrupted } = baselines[i]!;
  return { clean: difference(clean), corrupted: difference(corrupted) };
}

/** (LD_full - LD_cut) / (LD_clean - LD_corrupted) of case i; positive: supports the answer. */
export function scoreOf(space: SearchSpace, i: number, cut: number): number {
  const levels = levelsOf(space, i);
  return shareOfLoss(levels.clean - cut, levels)!;
}

/**
 * The mean change of the logit difference that an edge's scores stand for, over a sample of cases.
 */
export function changeOf(
  space: SearchSpace,
): (scores: readonly number[], sample: readonly number[]) => number {
  const losses = space.cases.map((i) => {
    const { clean, corrupted } = levelsOf(space, i);
    return clean - corrupted;
  });
  return (scores, sample) => mean(sample.map((c) => scores[c]! * losses[c]!));
}

/** The population of intervals over these cases. */
export const overPrompts = ({ spec }: SearchSpace, cases: readonly number[]): Over =>
  overCases(
    spec,
    cases.map((i) => ({ i })),
  );

export const meanLevels = (space: SearchSpace): { clean: number; corrupted: number } => ({
  clean: mean(space.cases.map((i) => levelsOf(space, i).clean)),
  corrupted: mean(space.cases.map((i) => levelsOf(space, i).corrupted)),
});
