/**
 * Completeness and minimality (Wang et al. 2022, IOI): does the graph miss edges, or contain idle
 * ones? Both show only with parts of the graph removed, so both use sampled sets K of its edges.
 */
import { RandomState } from '../../../util/random';
import { range } from '../../../util/range';
import { shuffled } from '../../../util/shuffled';
import { type Interval, mean } from '../../../statistics/stats';
import { peakOf } from '../../common/average';
import { overPrompts } from '../searchSpace';
import type { Handle, Levels } from '../cutTable';
import type { GraphSpec } from '../spec';
import { sharing, type Test, type Tested } from './contract';
import { maxOf } from '../../../util/lists';

/** Minimality tests this many edges: the weakest. */
export const MOST_EDGES = 25;

/** max over K of |m(C \ K) - m(M \ K)|, as a share of clean - corrupted. */
export const testCompleteness: Test = ({ space, kept }, table) => {
  const pairs = subsets(space.spec, kept).map((gone) => ({
    graph: table.only(kept.filter((e) => !gone.has(e))),
    model: table.without(gone),
  }));
  return (levels) => {
    const share = sharing(space);
    if (!share) return { truth: {} };
    const shares = pairs.map(({ graph, model }) => differences(levels, graph, model).map(share));
    const perCase = space.cases.map((_, c) => shares.map((own) => own[c]!));
    const largest = peakOf(perCase, overPrompts(space, space.cases), () => true, 'either');
    if (!largest) return { truth: {} };
    const { value, interval } = largest;
    return { truth: { completeness: { value: Math.abs(value), interval: sized(value, interval) } } };
  };
};

/** The interval of |value|, if that of the value is known. */
const sized = (value: number, interval: Interval | null): Interval | null =>
  interval && value < 0 ? [-interval[1], -interval[0]] : interval;

/** The smallest over edges e of max over K of |m(C \ K) - m(C \ (K + e))|, as a share. */
export const testMinimality: Test = (tested, table) => {
  const { space, kept } = tested;
  const gone = subsets(space.spec, kept);
  const looked = gone.length === 0 ? [] : weakest(tested);
  const edges = looked.map((e) => ({
    e,
    pairs: gone.map((K) => ({
      beside: table.only(kept.filter((other) => other === e || !K.has(other))),
      without: table.only(kept.filter((other) => other !== e && !K.has(other))),
    })),
  }));
  return (levels) => {
    const share = sharing(space);
    if (edges.length === 0 || !share) return { truth: {} };
    const size = (beside: Handle, without: Handle) =>
      Math.abs(share(mean(differences(levels, beside, without))));
    const all = edges.map(({ e, pairs }) => ({
      worst: space.edges[e]!.name,
      value: maxOf(pairs.map(({ beside, without }) => size(beside, without))),
    }));
    const minimality = all.reduce((worst, other) => (other.value < worst.value ? other : worst));
    return { truth: { minimality }, notes: cappedNote(kept.length) };
  };
};

const cappedNote = (kept: number): string[] =>
  kept > MOST_EDGES ? [`Minimality: the ${MOST_EDGES} weakest of ${kept} edges were looked at.`] : [];

function weakest({ kept, sizes }: Tested): number[] {
  return [...kept].sort((a, b) => sizes[a]! - sizes[b]! || a - b).slice(0, MOST_EDGES);
}

const differences = (levels: Levels, a: Handle, b: Handle): number[] => {
  const other = levels(b);
  return levels(a).map((level, c) => level - other[c]!);
};

/** The empty set, then `samples` subsets of the graph's edges with uniform size; none if 0. */
function subsets({ samples, seed }: GraphSpec, kept: readonly number[]): ReadonlySet<number>[] {
  if (samples === 0 || kept.length === 0) return [];
  const random = new RandomState(seed);
  const drawn = range(0, samples).map(() => {
    const size = 1 + Math.floor(random.nextDouble() * kept.length);
    return new Set(shuffled(kept, random).slice(0, size));
  });
  return [new Set(), ...drawn];
}

/** Most sets per prompt that both tests measure. */
export function subsetSets({ samples }: GraphSpec, kept: number): number {
  if (samples === 0 || kept === 0) return 0;
  return (samples + 1) * (2 + Math.min(MOST_EDGES, kept));
}
