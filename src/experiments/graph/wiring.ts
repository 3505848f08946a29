/** Connectivity of a set of edges: which lie on input-answer paths, and which meet. */
import { nodesOfReceiver, parseReceiver } from '../../model/edges';
import { placedName } from '../../results/graph';
import { range } from '../../util/range';
import type { SearchSpace } from './searchSpace';

/** Both ends of every edge, in space order: no edge's sender receives a later edge. */
export interface Wiring {
  /** Sending node, by edge. */
  readonly from: readonly string[];
  /** Reading nodes: shared keys and values reach every head and every place that sees them. */
  readonly to: readonly (readonly string[])[];
}

export function wiringOf({ edges, model }: Pick<SearchSpace, 'edges' | 'model'>): Wiring {
  const places = edges.reduce((most, { at }) => Math.max(most, (at ?? -1) + 1), 0);
  const ends = new Map<string, readonly string[]>();
  const endsOf = (to: string, at: number | undefined): readonly string[] => {
    const key = placedName(to, at);
    const known = ends.get(key);
    if (known) return known;
    const receiver = parseReceiver(to, model);
    const isSeenLater = at !== undefined && receiver.part === 'head' && receiver.input !== 'q';
    const first = model.attention.causal ? at! : 0;
    const readAt = isSeenLater ? range(first, places) : [at];
    const nodes = nodesOfReceiver(model, receiver).flatMap((node) =>
      readAt.map((place) => placedName(node, place)),
    );
    ends.set(key, nodes);
    return nodes;
  };
  return {
    from: edges.map(({ from, at }) => placedName(from, at)),
    to: edges.map(({ to, at }) => endsOf(to, at)),
  };
}

export const isPart = (node: string, part: 'input' | 'logits'): boolean =>
  node === part || node.startsWith(`${part}@`);

/** The edges on a path from input to logits within `edges`, in space order. */
export function liveEdges({ from, to }: Wiring, edges: readonly number[]): number[] {
  const sorted = [...edges].sort((a, b) => a - b);
  const fed = new Set<string>();
  const reached = sorted.filter((e) => {
    if (!isPart(from[e]!, 'input') && !fed.has(from[e]!)) return false;
    for (const node of to[e]!) fed.add(node);
    return true;
  });
  const heard = new Set<string>();
  const live = reached.reverse().filter((e) => {
    if (!to[e]!.some((node) => isPart(node, 'logits') || heard.has(node))) return false;
    heard.add(from[e]!);
    return true;
  });
  return live.reverse();
}

/** Pairs of indices into `edges` (ascending) whose edges share an end or a path within them. */
export function overlaps({ from, to }: Wiring, edges: readonly number[]): [number, number][] {
  return edges.flatMap((a, k) => {
    const after = new Set(to[a]!);
    const ends = new Set(to[a]!);
    return range(k + 1, edges.length).flatMap((other): [number, number][] => {
      const b = edges[other]!;
      const isAfter = after.has(from[b]!);
      if (isAfter) for (const node of to[b]!) after.add(node);
      const meets = from[b] === from[a] || to[b]!.some((node) => ends.has(node));
      return isAfter || meets ? [[k, other]] : [];
    });
  });
}
