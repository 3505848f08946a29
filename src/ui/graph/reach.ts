/** Ancestors and descendants in a directed graph. An edge may lead to several nodes. */

export interface Links {
  readonly nodes: number;
  /** By edge. */
  readonly from: readonly number[];
  readonly to: readonly (readonly number[])[];
}

export interface Adjacency {
  readonly out: readonly (readonly number[])[];
  readonly into: readonly (readonly number[])[];
}

export function adjacencyOf({ nodes, from, to }: Links): Adjacency {
  const out: number[][] = Array.from({ length: nodes }, () => []);
  const into: number[][] = Array.from({ length: nodes }, () => []);
  from.forEach((node, edge) => {
    out[node]!.push(edge);
  });
  to.forEach((ends, edge) => {
    for (const node of ends) into[node]!.push(edge);
  });
  return { out, into };
}

/** 1 for each node and edge reached. */
export interface Reached {
  readonly nodes: Uint8Array;
  readonly edges: Uint8Array;
}

export type Start = { readonly node: number } | { readonly edge: number };

/** All ancestors and descendants of nodes and edges, and the edges between. */
export function reachedFrom(links: Links, adjacency: Adjacency, starts: readonly Start[]): Reached {
  const nodes = new Uint8Array(links.nodes);
  const edges = new Uint8Array(links.from.length);
  for (const start of starts) {
    if ('edge' in start) edges[start.edge] = 1;
    const [above, below] =
      'edge' in start ? [links.to[start.edge]!, [links.from[start.edge]!]] : [[start.node], [start.node]];
    walk(
      above,
      (node) => adjacency.out[node]!,
      (edge) => links.to[edge]!,
    );
    walk(
      below,
      (node) => adjacency.into[node]!,
      (edge) => [links.from[edge]!],
    );
  }
  return { nodes, edges };

  function walk(
    from: readonly number[],
    edgesOf: (node: number) => readonly number[],
    endsOf: (edge: number) => readonly number[],
  ): void {
    // A node reached downwards must still be left upwards.
    const seen = new Uint8Array(links.nodes);
    const queue = [...from];
    for (const node of from) seen[node] = 1;
    for (let at = 0; at < queue.length; at++) {
      nodes[queue[at]!] = 1;
      for (const edge of edgesOf(queue[at]!)) {
        edges[edge] = 1;
        for (const end of endsOf(edge)) {
          if (seen[end]) continue;
          seen[end] = 1;
          queue.push(end);
        }
      }
    }
  }
}
