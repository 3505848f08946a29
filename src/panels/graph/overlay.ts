/** Merges two graphs for the picture: edges kept by either, with their keepers. */
import { compareGraphs } from '../../results/compareGraphs';
import { edgeKey, type Graph, type GraphEdge } from '../../results/graph';
import { nodeKey } from './names';

/** Which of graphs A and B keep an edge. */
export type Side = 'shared' | 'a' | 'b';

export type Sides = Readonly<Record<Side, number>>;

export interface PictureEdge extends GraphEdge {
  /** For two merged graphs: who keeps the edge, and each graph's entry, if any. */
  readonly held?: { readonly side: Side; readonly a: GraphEdge | null; readonly b: GraphEdge | null };
}

/** The drawn graph, or two merged ones. */
export type PictureGraph = Omit<Graph, 'edges'> & {
  edges: PictureEdge[];
  /** For two graphs: numbers of shared and exclusive edges. */
  readonly sides?: Sides;
};

/**
 * Nodes of both graphs and edges kept by either. An edge's numbers are A's if A keeps it, else B's.
 * Omits tests of the single graphs. Throws one sentence if shapes differ.
 */
export function overlayGraphs(a: Graph, b: Graph): PictureGraph {
  const { edges, both, onlyA, onlyB } = compareGraphs(a, b);
  const [ofA, ofB] = [a, b].map((graph) => new Map(graph.edges.map((edge) => [edgeKey(edge), edge])));
  const known = new Set(a.nodes.map(nodeKey));
  return {
    ...a,
    truth: undefined,
    nodes: [...a.nodes, ...b.nodes.filter((node) => !known.has(nodeKey(node)))],
    edges: edges.flatMap(({ name, kept }) => {
      const held = { a: ofA!.get(name) ?? null, b: ofB!.get(name) ?? null };
      if (kept === 'neither') return [];
      const own = kept === 'b' ? held.b! : held.a!;
      return [{ ...own, held: { ...held, side: kept === 'both' ? ('shared' as const) : kept } }];
    }),
    sides: { shared: both, a: onlyA, b: onlyB },
  };
}

/** Who keeps a merged edge: both, if each keeps one part. Null: one graph. */
export function sideOf(edges: readonly PictureEdge[]): Side | null {
  const [first, ...rest] = edges.map(({ held }) => held?.side ?? null);
  return rest.every((side) => side === first) ? first! : 'shared';
}

/** Numbers of shared and exclusive edges. */
export function sidesOf(edges: readonly PictureEdge[]): Sides {
  const count = (which: Side) => edges.filter(({ held }) => held?.side === which).length;
  return { shared: count('shared'), a: count('a'), b: count('b') };
}

const NAMED: Readonly<Record<Side, string>> = { shared: 'in both', a: 'only in A', b: 'only in B' };

/** '8 in both, 3 only in A, 1 only in B' */
export function sidesText(sides: Sides): string {
  return (['shared', 'a', 'b'] as const).map((side) => `${sides[side]} ${NAMED[side]}`).join(', ');
}
