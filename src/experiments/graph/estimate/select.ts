/**
 * Which edges an estimate keeps, of those above the threshold: the strongest, the strongest that
 * lead on to the answer, or all.
 */
import { mean } from '../../../statistics/stats';
import { push } from '../../../util/lists';
import { range } from '../../../util/range';
import { changeOf, type SearchSpace } from '../searchSpace';
import { isPart, type Wiring, wiringOf } from '../wiring';

/** Of all edges, unless the question gives a number. */
const KEPT = 1 / 20;

/** `scores`: per edge and case; `sample`: indices into the cases, perhaps repeated. */
export function selectedEdges(
  space: SearchSpace,
  scores: readonly (readonly number[])[],
  sample: readonly number[],
): Set<number> {
  const { select, size = Math.ceil(KEPT * scores.length), threshold } = space.spec;
  const change = changeOf(space);
  const sizes = scores.map((own) => Math.abs(mean(sample.map((c) => own[c]!))));
  const ranked = range(0, sizes.length)
    .filter((e) => Math.abs(change(scores[e]!, sample)) > threshold)
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  if (select === 'threshold') return new Set(ranked);
  return select === 'top' ? new Set(ranked.slice(0, size)) : leadingOn(wiringOf(space), ranked, size);
}

/**
 * From the logits on: the strongest edge into a node that is reached, which reaches its sender,
 * until there are `size` (the greedy choice of Hanna et al. 2024).
 */
function leadingOn({ from, to }: Wiring, ranked: readonly number[], size: number): Set<number> {
  /** By node: ranks of the edges into it. */
  const into = new Map<string, number[]>();
  for (const [rank, e] of ranked.entries()) for (const node of to[e]!) push(into, node, rank);
  const isOpen = new Uint8Array(ranked.length);
  const kept = new Set<number>();
  let next = 0;
  const reach = (node: string) => {
    for (const rank of into.get(node) ?? []) {
      isOpen[rank] = 1;
      next = Math.min(next, rank);
    }
    into.delete(node);
  };
  for (const node of [...into.keys()]) if (isPart(node, 'logits')) reach(node);
  while (kept.size < size && next < ranked.length) {
    const e = ranked[next]!;
    if (isOpen[next++] && !kept.has(e)) {
      kept.add(e);
      reach(from[e]!);
    }
  }
  return kept;
}
