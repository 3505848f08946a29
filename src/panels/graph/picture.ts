/** A graph as drawn: pruned and hidden parts removed, groups merged, their edges summed. */
import { NUMBERS, putCurve } from '../../ui/graph/curves';
import { type Adjacency, adjacencyOf, type Links } from '../../ui/graph/reach';
import { edgeKey, type Graph, type GraphNode, placedName } from '../../results/graph';
import { cutOf } from './cut';
import type { Layout, Place } from './layoutParts';
import { nodeKey, type Port, portOf, readersOf } from './names';
import { type PictureGraph, type Side, type Sides, sideOf, sidesOf } from './overlay';
import { drawnEdges, rankedEdges } from './prune';
import { type GraphView, wiresCut } from './view';
import { minOf } from '../../util/lists';

export interface DrawnNode {
  readonly id: string;
  readonly kind: GraphNode['kind'] | 'group';
  readonly layer: number;
  readonly at?: number;
  readonly place: Place;
  /** Ids of the merged nodes. */
  readonly members: readonly string[];
  /** Number of its drawn edges. */
  readonly degree: number;
  /** All wires into it are cut. */
  readonly cut: boolean;
}

export interface DrawnEdge {
  readonly id: string;
  /** Indices into `graph.edges`; several for a merged edge. */
  readonly edges: readonly number[];
  readonly from: number;
  readonly to: readonly number[];
  readonly port: Port | null;
  /** For merged edges the sum; null: not measured. */
  readonly score: number | null;
  readonly kept: boolean;
  readonly measured: boolean;
  /** Its interval includes 0. */
  readonly uncertain: boolean;
  readonly cut: boolean;
  /** For two merged graphs: who keeps it; null: one graph. */
  readonly side: Side | null;
}

export interface Picture {
  readonly nodes: readonly DrawnNode[];
  /** Weakest first, so that the strongest lie on top. */
  readonly edges: readonly DrawnEdge[];
  /** Eight numbers per edge. */
  readonly curves: Float32Array;
  readonly links: Links;
  readonly adjacency: Adjacency;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly edgeIndexOf: ReadonlyMap<string, number>;
  /** Largest |score|: the widest edge. */
  readonly most: number;
  /** For two merged graphs: drawn edges of each; null: one graph. */
  readonly sides: Sides | null;
}

/** The parts of a view that change the picture. */
export type DrawnView = Pick<GraphView, 'prune' | 'hidden' | 'groups' | 'cut'>;

export function pictureOf(graph: PictureGraph, layout: Layout, view: DrawnView): Picture {
  const groupOf = new Map(view.groups.flatMap(({ name, nodes }) => nodes.map((id) => [id, name] as const)));
  const bare = nodesOf(graph, layout, view, groupOf);
  const indexOf = new Map(bare.map(({ id }, i) => [id, i]));
  const edges = edgesOf(graph, view, { groupOf, indexOf });
  const curves = curvesOf(bare, edges, layout, graph);
  const links = { nodes: bare.length, from: edges.map(({ from }) => from), to: edges.map(({ to }) => to) };
  const adjacency = adjacencyOf(links);
  const degree = (i: number) => adjacency.out[i]!.length + adjacency.into[i]!.length;
  return {
    nodes: bare.map((node, i) => ({ ...node, degree: degree(i) })),
    edges,
    curves,
    links,
    adjacency,
    indexOf,
    edgeIndexOf: new Map(edges.map(({ id }, i) => [id, i])),
    most: graph.edges.reduce((most, { score }) => Math.max(most, Math.abs(score ?? 0)), 0) || 1,
    sides: graph.sides ? sidesOf(edges.flatMap((edge) => edge.edges.map((e) => graph.edges[e]!))) : null,
  };
}

function nodesOf(
  graph: Graph,
  layout: Layout,
  view: DrawnView,
  groupOf: ReadonlyMap<string, string>,
): Omit<DrawnNode, 'degree'>[] {
  const hidden = new Set(view.hidden);
  const cut = new Set(wiresCut(view));
  const single = graph.nodes.flatMap((node) => {
    const id = nodeKey(node);
    if (groupOf.has(id) || hidden.has(id)) return [];
    const { kind, layer, at } = node;
    const place = layout.places.get(id)!;
    return [{ id, kind, layer, ...(at === undefined ? {} : { at }), place, members: [id], cut: cut.has(id) }];
  });
  const byId = new Map(graph.nodes.map((node) => [nodeKey(node), node]));
  const groups = view.groups.flatMap(({ name, nodes }) => {
    const members = nodes.filter((id) => byId.has(id));
    if (members.length === 0 || hidden.has(name)) return [];
    const spots = members.map((id) => layout.places.get(id)!);
    const mean = (of: (place: Place) => number) =>
      spots.reduce((sum, place) => sum + of(place), 0) / spots.length;
    const half = Math.max(20, Math.min(64, 8 + name.length * 3.4));
    const x = Math.min(
      layout.width - half,
      Math.max(
        half,
        mean((place) => place.x),
      ),
    );
    const place = { x, y: mean((spot) => spot.y), w: half, h: 12 };
    const layer = minOf(members.map((id) => byId.get(id)!.layer));
    return [
      { id: name, kind: 'group' as const, layer, place, members, cut: members.every((id) => cut.has(id)) },
    ];
  });
  return [...single, ...groups];
}

interface Ends {
  readonly groupOf: ReadonlyMap<string, string>;
  readonly indexOf: ReadonlyMap<string, number>;
}

function edgesOf(graph: PictureGraph, view: DrawnView, { groupOf, indexOf }: Ends): DrawnEdge[] {
  const isCut = cutOf(graph, view);
  const hidden = new Set(view.hidden);
  const merged = new Map<string, number[]>();
  const drawn: DrawnEdge[] = [];
  const nodeAt = (id: string) => indexOf.get(groupOf.get(id) ?? id);
  for (const e of drawnEdges(graph, rankedEdges(graph), view.prune).toReversed()) {
    const edge = graph.edges[e]!;
    const id = edgeKey(edge);
    if (hidden.has(id)) continue;
    const ends = endsOf(graph, e);
    const from = nodeAt(ends.from);
    const first = nodeAt(ends.to[0]!);
    if (from === undefined || first === undefined) continue;
    const ofGroup = groupOf.get(ends.from) ?? groupOf.get(ends.to[0]!);
    if (ofGroup === undefined) {
      const to = [...new Set(ends.to.map(nodeAt).filter((node) => node !== undefined))];
      drawn.push({
        id,
        edges: [e],
        from,
        to,
        port: portOf(edge.to),
        cut: isCut(e),
        ...numbersOf(graph, [e]),
      });
    } else if (from !== first) {
      const key = `${groupOf.get(ends.from) ?? ends.from}->${groupOf.get(ends.to[0]!) ?? placedName(edge.to, edge.at)}`;
      merged.set(key, [...(merged.get(key) ?? []), e]);
    }
  }
  for (const [id, list] of merged) {
    if (hidden.has(id)) continue;
    const ends = endsOf(graph, list[0]!);
    const [from, to] = [nodeAt(ends.from)!, nodeAt(ends.to[0]!)!];
    const port = groupOf.has(ends.to[0]!) ? null : portOf(graph.edges[list[0]!]!.to);
    const cut = list.every(isCut);
    drawn.push({ id, edges: list, from, to: [to], port, cut, ...numbersOf(graph, list) });
  }
  return merged.size === 0 ? drawn : drawn.sort((a, b) => Math.abs(a.score ?? 0) - Math.abs(b.score ?? 0));
}

/**
 * Node ids of an edge's ends. With positions, heads at all later positions read a position's keys
 * and values: this moves information between tokens.
 */
export function endsOf({ edges, shape, positions }: Graph, e: number): { from: string; to: string[] } {
  const { from, to, at } = edges[e]!;
  const readers = readersOf(to, shape);
  const port = portOf(to);
  if (at === undefined || !positions || port === null || port === 'q')
    return { from: placedName(from, at), to: readers.map((id) => placedName(id, at)) };
  const later = Array.from({ length: positions.length - at }, (_, i) => at + i);
  return {
    from: placedName(from, at),
    to: later.flatMap((place) => readers.map((id) => placedName(id, place))),
  };
}

function numbersOf(
  { edges }: PictureGraph,
  list: readonly number[],
): Pick<DrawnEdge, 'score' | 'kept' | 'measured' | 'uncertain' | 'side'> {
  const side = sideOf(list.map((e) => edges[e]!));
  // Scores of two graphs are never added: a merged edge has A's parts if A keeps any.
  const all = list.map((e) => edges[e]!).filter(({ held }) => side !== 'shared' || held!.side !== 'b');
  const known = all.flatMap(({ score }) => (score === null ? [] : [score]));
  const [only] = all;
  const interval = all.length === 1 ? only!.interval : null;
  return {
    side,
    score: known.length === 0 ? null : known.reduce((sum, score) => sum + score, 0),
    kept: all.some(({ kept }) => kept),
    measured: all.every(({ measured }) => measured !== false),
    uncertain: interval ? interval[0] <= 0 && interval[1] >= 0 && interval[0] < interval[1] : false,
  };
}

/** A head's inputs enter at three points below it; wide nodes meet an edge where it comes from. */
function curvesOf(
  nodes: readonly Omit<DrawnNode, 'degree'>[],
  edges: readonly DrawnEdge[],
  layout: Layout,
  graph: Graph,
): Float32Array {
  const curves = new Float32Array(edges.length * NUMBERS);
  const isWide = ({ kind }: Pick<DrawnNode, 'kind'>) => kind === 'input' || kind === 'logits';
  edges.forEach((edge, i) => {
    const [a, b] = [nodes[edge.from]!, nodes[edge.to[0]!]!];
    const shared = graph.shape ? graph.shape.heads / graph.shape.kvHeads : 1;
    // Shared keys end in the middle of their heads.
    const readers = edge.port === 'k' || edge.port === 'v' ? edge.to.slice(0, shared) : [edge.to[0]!];
    const middle = readers.reduce((sum, node) => sum + nodes[node]!.place.x, 0) / readers.length;
    const port = { q: -0.75, k: 0, v: 0.75 }[edge.port ?? 'k'] * (edge.port ? b.place.w : 0);
    const end = { x: middle + port, y: b.place.y + b.place.h };
    const begin = { x: a.place.x, y: a.place.y - a.place.h };
    if (isWide(a)) begin.x = within(end.x, a.place);
    if (isWide(b)) end.x = within(begin.x, b.place);
    if (isWide(a) && isWide(b)) begin.x = end.x = a.place.x + a.place.w - layout.column / 4;
    const isAbove = Math.abs(begin.x - end.x) < b.place.w * 1.6 && begin.y - end.y > layout.row * 1.5;
    const side = begin.x > layout.width - 1.5 * layout.column ? -1 : 1;
    putCurve(curves, i, begin, end, isAbove ? side * Math.min(36, layout.column * 0.6) : 0);
  });
  return curves;
}

const within = (x: number, { x: middle, w }: Place) => Math.min(middle + w - 2, Math.max(middle - w + 2, x));
