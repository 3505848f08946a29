/** Two graphs as one for the picture: the edges that either keeps, each with who keeps it. */
import { compareGraphs } from '../../results/compareGraphs';
import { edgeKey, type Graph, type GraphEdge } from '../../results/graph';
import { nodeKey } from './names';

/** Which of two graphs, A and B, keep an edge. */
export type Side = 'shared' | 'a' | 'b';

export type Sides = Readonly<Record<Side, number>>;

export interface PictureEdge extends GraphEdge {
  /** Where two graphs are drawn as one: who keeps the edge, and what either says of it, if it holds the edge at all. */
  readonly held?: { readonly side: Side; readonly a: GraphEdge | null; readonly b: GraphEdge | null };
}

/** What the picture draws: a graph, or two as one. */
export type PictureGraph = Omit<Graph, 'edges'> & {
  edges: PictureEdge[];
  /** Of two graphs: how many edges both keep, and only the one or the other. */
  readonly sides?: Sides;
};

/**
 * Nodes of both graphs and edges that either keeps. Numbers of an edge are A's where A keeps it, else B's. What was tested
 * of either is not said of the two together. Throws one sentence if the graphs are not of one shape.
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

/** Who keeps several edges that are drawn as one: both, if each keeps one of them. Null: this is one graph. */
export function sideOf(edges: readonly PictureEdge[]): Side | null {
  const [first, ...rest] = edges.map(({ held }) => held?.side ?? null);
  return rest.every((side) => side === first) ? first! : 'shared';
}

/** How many of these edges both graphs keep, and only the one or the other. */
export function sidesOf(edges: readonly PictureEdge[]): Sides {
  const count = (which: Side) => edges.filter(({ held }) => held?.side === which).length;
  return { shared: count('shared'), a: count('a'), b: count('b') };
}

const NAMED: Readonly<Record<Side, string>> = { shared: 'in both', a: 'only in A', b: 'only in B' };

/** '8 in both, 3 only in A, 1 only in B' */
export function sidesText(sides: Sides): string {
  return (['shared', 'a', 'b'] as const).map((side) => `${sides[side]} ${NAMED[side]}`).join(', ');
}
