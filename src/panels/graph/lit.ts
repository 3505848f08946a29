/** Highlighted paths through pointed-at or pinned parts. */
import { reachedFrom, type Start } from '../../ui/graph/reach';
import type { Picture } from './picture';

export interface Lit {
  /** 1 for each highlighted node of the picture. */
  readonly nodes: Uint8Array;
  /** The strongest of them, weakest first. */
  readonly edges: readonly number[];
  /** Their total number. */
  readonly total: number;
}

/** More edges are indistinguishable, and take longer than a frame to paint. */
export const MOST_LIT = 150;

/** Ancestors and descendants of nodes and edges; null if none is in the picture. */
export function litBy(picture: Picture, ids: readonly string[]): Lit | null {
  const starts = ids.flatMap((id): Start[] => {
    const node = picture.indexOf.get(id);
    if (node !== undefined) return [{ node }];
    const edge = picture.edgeIndexOf.get(id);
    return edge === undefined ? [] : [{ edge }];
  });
  if (starts.length === 0) return null;
  const { nodes, edges } = reachedFrom(picture.links, picture.adjacency, starts);
  const strongest: number[] = [];
  let total = 0;
  // The strongest edges are last.
  for (let edge = edges.length - 1; edge >= 0; edge--) {
    if (edges[edge] === 0) continue;
    total++;
    if (strongest.length < MOST_LIT) strongest.push(edge);
  }
  return { nodes, edges: strongest.reverse(), total };
}
