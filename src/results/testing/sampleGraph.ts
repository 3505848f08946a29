/** A synthetic graph of any model shape with realistic, incompressible numbers, for tests. */
import { componentsOf, edgesOf } from '../../model/edges';
import { RandomState } from '../../util/random';
import golden from '../golden/study-v1.json';
import type { Graph, GraphEdge } from '../graph';
import { parseDocument } from '../parse';
import type { ResultDocument } from '../document';

export interface SampleGraph {
  readonly layers?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly hasMlp?: boolean;
  readonly positions?: readonly string[];
  /** Share of kept edges. */
  readonly kept?: number;
  /** Shares of edges with a score, and of edges in the document. */
  readonly scored?: number;
  readonly present?: number;
  readonly intervals?: boolean;
  /** Adds KL and p to every edge. */
  readonly tests?: boolean;
  readonly estimates?: boolean;
  readonly seed?: number;
}

export function sampleGraph(sample: SampleGraph = {}): Graph {
  const { layers = 2, heads = 3, kvHeads = heads, hasMlp = true, positions, seed = 1 } = sample;
  const { kept = 0.1, scored = 1, present = 1 } = sample;
  const random = new RandomState(seed);
  const model = { nLayers: layers, nHeads: heads, nKvHeads: kvHeads, dMlp: hasMlp ? 1 : 0, parallel: false };
  const places = positions ? positions.map((_, at) => ({ at })) : [{}];
  const names = edgesOf(model).flatMap((edge) => places.map((place) => ({ ...edge, ...place })));
  const edges = names.flatMap((name): GraphEdge[] => {
    if (random.nextDouble() >= present) return [];
    const score = random.nextDouble() < scored ? (random.nextDouble() - 0.5) ** 5 * 16 : null;
    const half = random.nextDouble() * 0.02;
    const p = 10 ** (-12 * random.nextDouble());
    return [
      {
        ...name,
        score,
        ...(sample.intervals && { interval: score === null ? null : [score - half, score + half] }),
        ...(sample.tests && { kl: score === null ? null : score ** 2, p }),
        kept: random.nextDouble() < kept,
        ...(sample.estimates && random.nextDouble() < 0.5 ? { measured: false } : {}),
      },
    ];
  });
  const components = componentsOf(model);
  return {
    version: 1,
    method: 'path',
    ablation: 'corrupted',
    ...(positions && { positions: [...positions] }),
    shape: { layers, heads, kvHeads, hasMlp, parallel: false },
    nodes: positions
      ? places.flatMap((_, at) => components.map((node) => ({ ...node, at, id: `${node.id}@${at}` })))
      : components,
    edges,
    total: names.length,
    levels: { clean: 4.25, corrupted: -3.5, empty: -3.25 },
    truth: { faithfulness: { value: 0.875, interval: [0.75, 0.9375] }, cpr: 0.8125, cmd: 0.125 },
  };
}

/** The golden study with a graph. */
export function sampleGraphDocument(sample: SampleGraph = {}): ResultDocument {
  const { spec, ...document } = parseDocument(golden) as ResultDocument;
  const { version, model, bos, cases, metric, onlyKnown } = spec;
  const asked = { version, model, bos, cases, metric, onlyKnown, kind: 'graph' };
  const positions = sample.positions ? 'tokens' : 'collapsed';
  const graph = sampleGraph(sample);
  const finding = `${graph.edges.filter(({ kept }) => kept).length} of ${graph.total} edges carry the answer.`;
  return { ...document, kind: 'graph', spec: { ...asked, positions }, finding, figures: [], graph };
}
