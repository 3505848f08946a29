/** The edges drawn: kept ones first, then the others, strongest first. */
import type { CurvePoint, Graph } from '../../results/graph';
import { maxOf, minOf } from '../../util/lists';
import type { Prune } from './view';

const ranks = new WeakMap<Graph, Int32Array>();

/** Indices into `graph.edges` in drawing order; unscored edges last. Cached by graph. */
export function rankedEdges(graph: Graph): Int32Array {
  const known = ranks.get(graph);
  if (known) return known;
  const { edges } = graph;
  const strength = Float64Array.from(edges, ({ score }) => (score === null ? -1 : Math.abs(score)));
  const ranked = Int32Array.from(edges.keys()).sort(
    (a, b) => Number(edges[b]!.kept) - Number(edges[a]!.kept) || strength[b]! - strength[a]! || a - b,
  );
  ranks.set(graph, ranked);
  return ranked;
}

export const keptCount = ({ edges }: Graph): number => edges.filter(({ kept }) => kept).length;

/** Number of ranked edges drawn. A threshold also drops kept edges. */
export function drawnCount(graph: Graph, prune: Prune): number {
  const { edges } = graph;
  if (prune.by === 'found') return keptCount(graph) || edges.length;
  if (prune.by === 'edges') return Math.min(prune.count, edges.length);
  return edges.filter((edge) => isStrong(edge.score, prune.least)).length;
}

/** Share of the answer that a graph keeps when it opens. */
const KEPT = 0.9;

/**
 * The fewest edges that were measured to keep 90 % of the answer, if they are part of the graph
 * found; else that graph. The curve is of the strongest edges, so these must be the first drawn.
 */
export function openingPrune(graph: Graph): Prune {
  const kept = keptCount(graph);
  const enough = (graph.truth?.curve ?? []).filter(
    ({ edges, faithfulness }) => edges > 0 && edges < kept && faithfulness !== null && faithfulness >= KEPT,
  );
  const count = minOf(
    enough.map(({ edges }) => edges),
    kept,
  );
  if (count >= kept) return { by: 'found' };
  const size = (e: number) => Math.abs(graph.edges[e]!.score ?? 0);
  const ranked = Array.from(rankedEdges(graph), size);
  const isStrongest = minOf(ranked.slice(0, count)) >= maxOf(ranked.slice(count));
  return isStrongest ? { by: 'edges', count } : { by: 'found' };
}

/** Indices into `graph.edges` of the drawn edges, in ranking order. */
export function drawnEdges(graph: Graph, ranked: Int32Array, prune: Prune): Int32Array {
  if (prune.by !== 'threshold') return ranked.subarray(0, drawnCount(graph, prune));
  return ranked.filter((e) => isStrong(graph.edges[e]!.score, prune.least));
}

const isStrong = (score: number | null, least: number) => score !== null && Math.abs(score) >= least;

/** Faithfulness at the measured size nearest in ratio; null if none was measured. */
export function nearestPoint(curve: readonly CurvePoint[] | undefined, count: number): CurvePoint | null {
  const distance = ({ edges }: CurvePoint) => Math.abs(Math.log((edges + 1) / (count + 1)));
  return (curve ?? []).reduce<CurvePoint | null>(
    (best, point) => (best === null || distance(point) < distance(best) ? point : best),
    null,
  );
}
