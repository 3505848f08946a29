/**
 * Interactions: I(a, b) = score(a and b cut together) - score(a) - score(b). Edges needed together
 * lose the answer once: I < 0. Substitutes lose it only if both are cut: I > 0.
 */
import { averaged } from '../../common/average';
import { overPrompts, scoreOf } from '../searchSpace';
import { numberAt, type Test, type Tested } from './contract';
import { overlaps } from '../wiring';

/** Pairs combine this many edges: the strongest. */
const MOST_EDGES = 300;

export const testInteractions: Test = (tested, table) => {
  const { space } = tested;
  const pairs = strongestPairs(tested).map(([a, b]) => ({
    names: { a: space.edges[a]!.name, b: space.edges[b]!.name },
    sets: [table.without([a, b]), table.without([a]), table.without([b])] as const,
  }));
  return (levels) => {
    if (pairs.length === 0) return { truth: {} };
    const measured = pairs.map(({ sets }) => sets.map(levels));
    const perCase = space.cases.map((i, c) =>
      measured.map((own) => {
        const [both, a, b] = own.map((level) => scoreOf(space, i, level[c]!));
        return both! - a! - b!;
      }),
    );
    const means = averaged(perCase, overPrompts(space, space.cases));
    const interactions = pairs.map(({ names }, k) => ({ ...names, ...numberAt(means, k) }));
    interactions.sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
    return { truth: { interactions } };
  };
};

/** Pairs of the graph's edges with overlapping paths, by |score(a)| |score(b)|, largest first. */
function strongestPairs({ space, kept, sizes, wiring }: Tested): [number, number][] {
  const edges = [...kept]
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    .slice(0, MOST_EDGES)
    .sort((a, b) => a - b);
  const weight = ([a, b]: readonly [number, number]) => sizes[a]! * sizes[b]!;
  return overlaps(wiring, edges)
    .map(([j, k]): [number, number] => [edges[j]!, edges[k]!])
    .sort((one, other) => weight(other) - weight(one))
    .slice(0, space.spec.interactions);
}
