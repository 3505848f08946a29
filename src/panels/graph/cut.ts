/** Wires cut in the picture: exactly those that the model's answer cuts. */
import { edgeKey, type Graph, type GraphEdge, placedName } from '../../results/graph';
import { readersOf } from './names';
import { type GraphView, wiresCut } from './view';

/**
 * Whether the edge with this index is cut: by name ('a0.h1->m1'), by its receiver ('m1') or by its
 * sender ('m1->'); a cut group cuts all wires into its nodes.
 */
export function cutOf(graph: Graph, view: Pick<GraphView, 'cut' | 'groups'>): (edge: number) => boolean {
  const names = new Set(wiresCut(view));
  if (names.size === 0) return () => false;
  return (e) => {
    const edge = graph.edges[e]!;
    return (
      names.has(edgeKey(edge)) ||
      names.has(placedName(`${edge.from}->`, edge.at)) ||
      entered(edge, graph).some((node) => names.has(node))
    );
  };
}

/** The nodes that an edge enters: several if heads share keys and values. */
export function entered({ to, at }: GraphEdge, { shape }: Graph): string[] {
  return readersOf(to, shape).map((id) => placedName(id, at));
}
