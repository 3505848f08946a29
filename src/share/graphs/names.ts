/** A graph's edges in other programs' names: no shared keys and values. */
import {
  edgeKey,
  type Graph,
  type GraphEdge,
  type GraphShape,
  isModelGraph,
  type ModelGraph,
} from '../../results/graph';
import type { ResultDocument } from '../../results/document';
import { named } from '../../util/parse';

export type Input = 'q' | 'k' | 'v';
export type Shape = GraphShape;
/** A study whose finding is a graph of a language model's parts. */
export type GraphDocument = ResultDocument & { readonly graph: ModelGraph };

const PARTS: readonly string[] = ['input', 'head', 'mlp', 'logits'];

export function hasGraph(document: ResultDocument): document is GraphDocument {
  return document.graph !== undefined && isModelGraph(document.graph);
}

/** Throws one sentence if the format cannot name some nodes. */
export function refuseFineNodes({ nodes }: Graph, format: string): void {
  const bad = nodes.find(({ kind }) => !PARTS.includes(kind));
  if (bad)
    throw new Error(
      `export: ${format} has no place for such a node, got ${named(bad.id)} (${bad.kind}), ` +
        'expected input, heads, MLPs and logits. Export the document as JSON.',
    );
}

/** The input in a receiver's name: 'q' of 'a1.h0<q>'; null for 'm1' and 'logits'. */
export function inputOf(to: string): Input | null {
  return (/<([qkv])>$/.exec(to)?.[1] as Input | undefined) ?? null;
}

/** The receivers of an edge, one per head: 'a1.h0<k>' becomes both heads that share it. */
export function receiversAlone(to: string, { heads, kvHeads }: Shape): string[] {
  const [, layer, head, input] = /^a(\d+)\.h(\d+)<([kv])>$/.exec(to) ?? [];
  if (head === undefined) return [to];
  const shared = heads / kvHeads;
  return Array.from({ length: shared }, (_, i) => `a${layer}.h${Number(head) * shared + i}<${input}>`);
}

/** The inverse: merges receivers that share keys and values. Kept if any of them is kept. */
export function sharedReceivers(edges: readonly GraphEdge[], shared: number): GraphEdge[] {
  if (shared === 1) return [...edges];
  const found = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [, layer, head, input] = /^a(\d+)\.h(\d+)<([kv])>$/.exec(edge.to) ?? [];
    const to = head === undefined ? edge.to : `a${layer}.h${Math.floor(Number(head) / shared)}<${input}>`;
    const key = edgeKey({ ...edge, to });
    const before = found.get(key);
    found.set(key, before ? { ...before, kept: before.kept || edge.kept } : { ...edge, to });
  }
  return [...found.values()];
}

/** The node in a receiver's name. */
export const nodeOf = (to: string): string => to.replace(/<.>$/, '');
