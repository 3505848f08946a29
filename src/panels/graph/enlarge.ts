/** Enlarging a graph's picture: how far it helps, and where its parts lie. */
import { maxOf, minOf } from '../../util/lists';
import type { Box } from '../../view/marks/scene';
import type { Transform } from '../../view/marks/zoom';
import type { Layout } from './layoutParts';
import { MOST_LIT } from './lit';
import type { Picture } from './picture';

/** Smaller nodes have no name. */
export const LEGIBLE = 7;
/** Column in pixels beyond which a larger picture shows nothing more. */
const WIDEST_COLUMN = 240;
const [LEAST, MOST] = [2, 8];

/** Largest enlargement; 1: everything is legible and in sight. */
export function mostEnlarged({ nodes, edges }: Picture, layout: Layout, room: number): number {
  const isLegible = nodes.every(({ place }) => place.w >= LEGIBLE);
  if (isLegible && edges.length <= MOST_LIT && layout.width <= room) return 1;
  const smallest = minOf(nodes.map(({ place }) => place.w));
  return Math.min(MOST, Math.max(LEAST, WIDEST_COLUMN / layout.column, (1.2 * LEGIBLE) / smallest));
}

/** A node's place, or that of an edge's two ends, in shares of the picture. Null: it is not drawn. */
export function boxOf(id: string, picture: Picture, { width, height }: Layout): Box | null {
  const edge = picture.edges[picture.edgeIndexOf.get(id) ?? -1];
  const ends = edge ? [edge.from, edge.to[0]!] : [picture.indexOf.get(id) ?? -1];
  const places = ends.flatMap((node) => picture.nodes[node]?.place ?? []);
  if (places.length === 0) return null;
  const [x, y] = [minOf(places.map((at) => at.x - at.w)), minOf(places.map((at) => at.y - at.h))];
  const right = maxOf(places.map((at) => at.x + at.w));
  const bottom = maxOf(places.map((at) => at.y + at.h));
  return { x: x / width, y: y / height, width: (right - x) / width, height: (bottom - y) / height };
}

/** The same curves in an enlarged picture. */
export function enlargedCurves(curves: Float32Array, { k, x, y }: Transform): Float32Array {
  return k === 1 ? curves : curves.map((at, i) => at * k + (i % 2 === 0 ? x : y));
}
