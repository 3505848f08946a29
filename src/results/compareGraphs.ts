/** Compares two graphs of one shape by edge: kept by both, by one, and rank correlation. */
import { spearman } from '../statistics/correlation';
import { edgeKey, type Graph, type GraphEdge } from './graph';

export interface ComparedEdge {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly at?: number | undefined;
  /** Which graphs keep it. */
  readonly kept: 'both' | 'a' | 'b' | 'neither';
  /** Scores; null if the graph has none. */
  readonly a: number | null;
  readonly b: number | null;
}

export interface Comparison {
  /** Edges of either graph: all of the first, then the others of the second. */
  readonly edges: readonly ComparedEdge[];
  /** Edges kept by both, and by only one. */
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** both / (both + onlyA + onlyB); null if neither keeps an edge. */
  readonly jaccard: number | null;
  /**
   * Spearman's rank correlation of scores measured in both graphs, mean ranks for ties; null for
   * fewer than three edges or constant scores.
   */
  readonly rankCorrelation: number | null;
  /** Number of edges in it. */
  readonly ranked: number;
}

/** Throws one sentence if shapes or positions differ. */
export function compareGraphs(a: Graph, b: Graph): Comparison {
  refuseOtherShape(a, b);
  const others = new Map(b.edges.map((edge) => [edgeKey(edge), edge]));
  const own = new Set(a.edges.map(edgeKey));
  const edges = [
    ...a.edges.map((edge) => compared(edge, edge, others.get(edgeKey(edge)))),
    ...b.edges.filter((edge) => !own.has(edgeKey(edge))).map((edge) => compared(edge, undefined, edge)),
  ];
  const count = (kept: ComparedEdge['kept']) => edges.filter((edge) => edge.kept === kept).length;
  const [both, onlyA, onlyB] = [count('both'), count('a'), count('b')];
  const all = both + onlyA + onlyB;
  const scored = edges.flatMap((edge) =>
    edge.a === null || edge.b === null ? [] : [[edge.a, edge.b] as const],
  );
  return {
    edges,
    both,
    onlyA,
    onlyB,
    jaccard: all === 0 ? null : both / all,
    rankCorrelation:
      scored.length < 3
        ? null
        : spearman(
            scored.map(([x]) => x),
            scored.map(([, y]) => y),
          ),
    ranked: scored.length,
  };
}

function compared(
  { from, to, at }: GraphEdge,
  a: GraphEdge | undefined,
  b: GraphEdge | undefined,
): ComparedEdge {
  const kept = a?.kept ? (b?.kept ? 'both' : 'a') : b?.kept ? 'b' : 'neither';
  const name = edgeKey({ from, to, at });
  return { name, from, to, at, kept, a: a?.score ?? null, b: b?.score ?? null };
}

function refuseOtherShape(a: Graph, b: Graph): void {
  const [ours, theirs] = [shapeText(a), shapeText(b)];
  if (ours !== theirs)
    throw new Error(
      `compare: the graphs are not of one shape, got ${theirs}, expected ${ours}. Choose a graph of the same model.`,
    );
}

function shapeText({ shape, layers: sites = [], positions }: Graph): string {
  if (!shape) return `channels of ${sites.join(', ')}`;
  const { layers, heads, kvHeads, hasMlp, parallel } = shape;
  const places = positions ? `, at ${positions.length} positions` : ', over all positions';
  const shared = kvHeads === heads ? '' : ` (${kvHeads} for keys and values)`;
  const mlp = hasMlp ? ' and an MLP' : '';
  return `${layers} ${parallel ? 'parallel ' : ''}blocks of ${heads} heads${shared}${mlp}${places}`;
}
