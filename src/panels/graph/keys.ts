/** Arrow keys: along the strongest edge up or down, or to the neighbour in the row. */
import type { Picture } from './picture';

/** Id of a node or, sideways from an edge, of an edge; null at the end. */
export function neighbour(picture: Picture, id: string, key: string): string | null {
  const edge = picture.edgeIndexOf.get(id);
  if (edge !== undefined) return fromEdge(picture, edge, key);
  const node = picture.indexOf.get(id);
  if (node === undefined) return null;
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const isUp = key === 'ArrowUp';
    const edges = (isUp ? picture.adjacency.out : picture.adjacency.into)[node]!;
    const best = strongest(picture, edges);
    if (best === null) return null;
    const { from, to } = picture.edges[best]!;
    return picture.nodes[isUp ? to[0]! : from]!.id;
  }
  return sideways(picture, node, key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0);
}

export function strongest({ edges }: Picture, among: readonly number[]): number | null {
  const size = (e: number) => Math.abs(edges[e]!.score ?? 0);
  return among.reduce<number | null>((best, e) => (best === null || size(e) > size(best) ? e : best), null);
}

function fromEdge({ edges, nodes, adjacency }: Picture, edge: number, key: string): string | null {
  const { from, to } = edges[edge]!;
  if (key === 'ArrowUp') return nodes[to[0]!]!.id;
  if (key === 'ArrowDown') return nodes[from]!.id;
  const siblings = adjacency.out[from]!;
  const next = siblings[siblings.indexOf(edge) + (key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0)];
  return next === undefined ? null : edges[next]!.id;
}

/** Skips nodes without edges, unless the row has no others. */
function sideways({ nodes }: Picture, node: number, step: number): string | null {
  const { x, y } = nodes[node]!.place;
  const row = nodes.filter((other) => Math.abs(other.place.y - y) < 1).sort((a, b) => a.place.x - b.place.x);
  const ahead = row.filter((other) => Math.sign(other.place.x - x) === step);
  const ordered = step < 0 ? ahead.reverse() : ahead;
  return (ordered.find(({ degree }) => degree > 0) ?? ordered[0])?.id ?? null;
}
