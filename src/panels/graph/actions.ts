/** Actions that the picture requests: it runs nothing itself. */
import { edgeKey, type Graph } from '../../results/graph';
import { entered } from './cut';
import { headOf } from './names';
import type { Picture } from './picture';

export type GraphAction =
  /** Edges whose wires were cut or mended. */
  | { readonly type: 'cut'; readonly edges: readonly string[] }
  | { readonly type: 'restore'; readonly edges: readonly string[] }
  | { readonly type: 'measure'; readonly edge: string }
  | { readonly type: 'attention'; readonly layer: number; readonly head: number }
  | { readonly type: 'lens'; readonly layer: number }
  /** Asks what is lost without a node. */
  | { readonly type: 'ablate'; readonly node: string };

export interface OfferedAction {
  readonly label: string;
  readonly action: GraphAction;
}

/** Actions for a node or an edge, among the types in `offers`. */
export function offeredActions(
  id: string,
  picture: Picture,
  graph: Graph,
  offers: readonly GraphAction['type'][],
): OfferedAction[] {
  const all: OfferedAction[] = [];
  const edge = picture.edges[picture.edgeIndexOf.get(id) ?? -1];
  if (edge && edge.edges.length === 1)
    all.push({
      label: 'Measure now',
      action: { type: 'measure', edge: edgeKey(graph.edges[edge.edges[0]!]!) },
    });
  const node = picture.nodes[picture.indexOf.get(id) ?? -1];
  const head = node?.kind === 'head' ? headOf(id) : null;
  if (head) all.push({ label: 'Attention map', action: { type: 'attention', ...head } });
  if (node && node.kind !== 'group' && node.kind !== 'input' && node.kind !== 'logits') {
    all.push({ label: 'Logit lens', action: { type: 'lens', layer: node.layer } });
    all.push({ label: 'Ablate', action: { type: 'ablate', node: id } });
  }
  return all.filter(({ action }) => offers.includes(action.type));
}

/** Names to cut: nodes and groups as they are, a summed edge by its parts. */
export function namesToCut(ids: readonly string[], picture: Picture, graph: Graph): string[] {
  return ids.flatMap((id) => {
    const edge = picture.edges[picture.edgeIndexOf.get(id) ?? -1];
    return edge ? edge.edges.map((e) => edgeKey(graph.edges[e]!)) : [id];
  });
}

/** Names of the graph's edges cut by these ids: edges, or all wires into nodes and groups. */
export function edgesBehind(ids: readonly string[], picture: Picture, graph: Graph): string[] {
  const members = new Set(ids.flatMap((id) => picture.nodes[picture.indexOf.get(id) ?? -1]?.members ?? []));
  const drawn = new Set(ids.flatMap((id) => picture.edges[picture.edgeIndexOf.get(id) ?? -1]?.edges ?? []));
  return graph.edges.flatMap((edge, e) => {
    if (drawn.has(e)) return [edgeKey(edge)];
    if (members.size === 0) return [];
    return entered(edge, graph).some((id) => members.has(id)) ? [edgeKey(edge)] : [];
  });
}
