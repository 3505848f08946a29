/** Which wires are cut in the picture: those that the model's answer cuts, and no others. */
import { edgeKey, type Graph, type GraphEdge, placedName } from '../../results/graph';
import { readersOf } from './names';
import { type GraphView, wiresCut } from './view';

/**
 * Whether the edge of this index is cut: by its name ('a0.h1->m1'), by a node that it leads into ('m1'), or by one that it
 * comes from ('m1->'); of a cut group all wires into its nodes are.
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

/** The nodes all of whose wires an edge is one of: several where heads share keys and values. */
export function entered({ to, at }: GraphEdge, { shape }: Graph): string[] {
  return readersOf(to, shape).map((id) => placedName(id, at));
}
