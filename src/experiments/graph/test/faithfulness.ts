/**
 * Faithfulness: how much of the answer the graph carries, and the model without it; at ten sizes;
 * against random graphs of the same size. Sizes and areas as in Mueller et al. 2025 (MIB).
 */
import { RandomState } from '../../../util/random';
import { range } from '../../../util/range';
import { shuffled } from '../../../util/shuffled';
import { mean } from '../../../statistics/stats';
import type { CurvePoint, GraphTruth } from '../../../results/graph';
import { averaged } from '../../common/average';
import type { Ratios } from '../../common/ratio';
import type { CutTable, Handle, Levels } from '../cutTable';
import type { GraphSpec } from '../spec';
import { faithfulnessOf, numberAt, type Test, type Tested } from './contract';
import { liveEdges } from '../wiring';

/** Sizes of the curve, in thousandths of all edges: .1, .2, .5, 1, 2, 5, 10, 20, 50, 100 %. */
export const PER_MILLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** A curve's sets: live edges and handle per size. */
interface CurveSets {
  readonly edges: readonly number[];
  readonly handles: readonly Handle[];
}

export const testFaithfulness: Test = (tested, table) => {
  const { space, kept } = tested;
  const { spec, edges } = space;
  const empty = table.only([]);
  const [own, complement] = [table.only(kept), table.without(kept)];
  const curve = spec.curve ? curveSets(tested, table, rankEdges(tested)) : null;
  const drawn = new RandomState(spec.seed);
  const random = range(0, spec.random).map(() => {
    const order = shuffled(range(0, edges.length), drawn);
    const sameSize = table.only(order.slice(0, kept.length));
    return { sameSize, curve: spec.curve ? curveSets(tested, table, order) : null };
  });
  return (levels) => {
    const sets = [own, complement, ...(curve?.handles ?? [])];
    const ratios = faithfulnessOf(space, space.cases, levels, { sets, empty });
    const points = curve?.edges.map((left, k) => pointOf(k, left, numberAt(ratios, k + 2)));
    const dead = kept.length - liveEdges(tested.wiring, kept).length;
    return {
      truth: {
        faithfulness: numberAt(ratios, 0),
        complement: numberAt(ratios, 1),
        ...randomTruth(tested, random, levels, empty),
        ...(points ? { curve: points, ...areas(points) } : {}),
      },
      notes: notesOf(dead, ratios.missing),
      empty: mean(levels(empty)),
    };
  };
};

const notesOf = (dead: number, missing: Ratios['missing']): string[] => [
  ...(dead > 0
    ? [
        `${dead} of the graph's edges ${dead === 1 ? 'lies' : 'lie'} on no path from the input to the logits within it.`,
      ]
    : []),
  ...(missing === 'nothing'
    ? ['Cutting every edge changes nothing, so there is no faithfulness to speak of.']
    : []),
  ...(missing === 'not determined'
    ? [
        'Faithfulness is not determined: over these prompts, what cutting every edge changes cannot be told from 0. Ask with more prompts.',
      ]
    : []),
];

function randomTruth(
  { space }: Tested,
  random: readonly { readonly sameSize: Handle; readonly curve: CurveSets | null }[],
  levels: Levels,
  empty: Handle,
): Partial<GraphTruth> {
  if (random.length === 0) return {};
  const rows = random.map(({ sameSize, curve }) => {
    const sets = [sameSize, ...(curve?.handles ?? [])];
    return faithfulnessOf(space, space.cases, levels, { sets, empty }).values;
  });
  const means = averaged(rows, { what: 'random graphs', isDrawn: true });
  if (!random[0]!.curve) return { random: numberAt(means, 0) };
  const randomCurve = PER_MILLE.map((_, k) => {
    const left = Math.round(mean(random.map(({ curve }) => curve!.edges[k]!)));
    return pointOf(k, left, numberAt(means, k + 1));
  });
  return { random: numberAt(means, 0), randomCurve };
}

const pointOf = (
  k: number,
  edges: number,
  { value, interval }: Pick<CurvePoint, 'interval'> & { readonly value: number | null },
): CurvePoint => ({ share: PER_MILLE[k]! / 1000, edges, faithfulness: value, interval: interval ?? null });

/** The first edges of `order` at each size, rounded down, without dead ones. */
function curveSets(
  { wiring, space }: Pick<Tested, 'wiring' | 'space'>,
  table: CutTable,
  order: readonly number[],
): CurveSets {
  const sets = PER_MILLE.map((perMille) =>
    liveEdges(wiring, order.slice(0, Math.floor((perMille * space.edges.length) / 1000))),
  );
  return { edges: sets.map((set) => set.length), handles: sets.map((set) => table.only(set)) };
}

/** By |score|, largest first (0 if not measured); ties: kept edges first, then space order. */
export function rankEdges({ found, sizes }: Pick<Tested, 'found' | 'sizes'>): number[] {
  const isKept = (e: number) => Number(found.edges[e]!.kept);
  return range(0, sizes.length).sort((a, b) => sizes[b]! - sizes[a]! || isKept(b) - isKept(a) || a - b);
}

/**
 * CPR (area under f) and CMD (area of |1 - f|) over the share of edges: trapezoids between the
 * curve's first and last point. Null if any point is.
 */
export function areas(
  curve: readonly Pick<CurvePoint, 'share' | 'faithfulness'>[],
): Required<Pick<GraphTruth, 'cpr' | 'cmd'>> {
  if (curve.some(({ faithfulness }) => faithfulness === null)) return { cpr: null, cmd: null };
  const area = (height: (f: number) => number) =>
    curve.slice(1).reduce((sum, { share, faithfulness }, k) => {
      const before = curve[k]!;
      return sum + ((share - before.share) * (height(faithfulness!) + height(before.faithfulness!))) / 2;
    }, 0);
  return { cpr: area((f) => f), cmd: area((f) => Math.abs(1 - f)) };
}

/** Most sets per prompt that this test measures. */
export function faithfulnessSets({ curve, random }: GraphSpec): number {
  const sizes = curve ? PER_MILLE.length : 0;
  return 3 + sizes + random * (1 + sizes);
}
