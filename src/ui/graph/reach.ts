/** What lies up and down from a place in a directed graph. An edge may lead to several nodes. */

export interface Links {
  readonly nodes: number;
  /** Of each edge. */
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

export interface Reached {
  readonly nodes: ReadonlySet<number>;
  /** In no particular order, each once. */
  readonly edges: readonly number[];
}

/** All ancestors and descendants of a node or of an edge, and the edges on the way. */
export function reachedFrom(
  links: Links,
  adjacency: Adjacency,
  start: { node: number } | { edge: number },
): Reached {
  const nodes = new Set<number>();
  const taken = new Set<number>();
  if ('edge' in start) taken.add(start.edge);
  const downwards = 'edge' in start ? [links.from[start.edge]!] : [start.node];
  const upwards = 'edge' in start ? links.to[start.edge]! : [start.node];
  walk(
    upwards,
    (node) => adjacency.out[node]!,
    (edge) => links.to[edge]!,
  );
  walk(
    downwards,
    (node) => adjacency.into[node]!,
    (edge) => [links.from[edge]!],
  );
  return { nodes, edges: [...taken] };

  function walk(
    starts: readonly number[],
    edgesOf: (node: number) => readonly number[],
    endsOf: (edge: number) => readonly number[],
  ): void {
    const seen = new Set(starts);
    const queue = [...starts];
    for (let at = 0; at < queue.length; at++) {
      nodes.add(queue[at]!);
      for (const edge of edgesOf(queue[at]!)) {
        taken.add(edge);
        for (const end of endsOf(edge)) {
          if (seen.has(end)) continue;
          seen.add(end);
          queue.push(end);
        }
      }
    }
  }
}
