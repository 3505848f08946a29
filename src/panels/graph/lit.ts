/** What is lit: the paths through what is pointed at or pinned. */
import { reachedFrom } from '../../ui/graph/reach';
import type { Picture } from './picture';

export interface Lit {
  readonly nodes: ReadonlySet<number>;
  /** The strongest of them, the weakest first. */
  readonly edges: readonly number[];
  /** How many there are. */
  readonly total: number;
}

/** More edges than this are not told apart by anybody, and take longer than a frame to paint. */
export const MOST_LIT = 400;

/** Ancestors and descendants of nodes and edges of the picture; null where none of them is in it. */
export function litBy(picture: Picture, ids: readonly string[]): Lit | null {
  const starts = ids.flatMap((id): ({ node: number } | { edge: number })[] => {
    const node = picture.indexOf.get(id);
    if (node !== undefined) return [{ node }];
    const edge = picture.edgeIndexOf.get(id);
    return edge === undefined ? [] : [{ edge }];
  });
  if (starts.length === 0) return null;
  const nodes = new Set<number>();
  const edges = new Set<number>();
  for (const start of starts) {
    const reached = reachedFrom(picture.links, picture.adjacency, start);
    for (const node of reached.nodes) nodes.add(node);
    for (const edge of reached.edges) edges.add(edge);
  }
  // The picture has its weakest edges first.
  const ordered = Int32Array.from(edges).sort();
  return { nodes, edges: [...ordered.subarray(Math.max(0, ordered.length - MOST_LIT))], total: edges.size };
}
