/**
 * A circuit from another program. It is not our result: it has no prompts, no model hash and no
 * measurement. So it becomes a question: how good is it on this model and these prompts?
 */
import { edgeKey, type GraphEdge } from '../../results/graph';
import { type Shape, sharedReceivers } from './names';

export interface ImportedGraph {
  /** The model's shape in the file; without shared keys and values, one per head. */
  readonly shape: Pick<Shape, 'layers' | 'heads' | 'kvHeads' | 'parallel' | 'dModel'>;
  /** Set if nodes are separate by position. */
  readonly positions?: readonly string[];
  /** Scores come from the file: `measured` is false. */
  readonly edges: readonly GraphEdge[];
}

/** Fields of `experiments/graph/spec`. */
export interface CircuitQuestion {
  readonly kind: 'graph';
  readonly method: 'chosen';
  readonly metric: 'logit-diff';
  readonly positions: 'tokens' | 'collapsed';
  readonly edges: readonly string[];
}

/**
 * The question that measures the circuit's edges; the caller adds prompts and model. Throws one
 * sentence if the shapes differ or there is no edge.
 */
export function circuitQuestion(circuit: ImportedGraph, model: Shape): CircuitQuestion {
  const [theirs, ours] = [circuit.shape, model].map(shapeText);
  const width = (theirs: number | undefined) => theirs ?? model.dModel;
  const isAnother = width(circuit.shape.dModel) !== width(model.dModel);
  const isGrouped = circuit.shape.kvHeads === model.kvHeads;
  if (theirs !== ours || isAnother || !(isGrouped || circuit.shape.kvHeads === model.heads)) {
    throw new Error(
      `circuit: is of another model, got ${theirs}${widthText(circuit.shape)}, ` +
        `expected ${ours}${widthText(model)}. Open the model that it was found in.`,
    );
  }
  const kept = circuit.edges.filter((edge) => edge.kept);
  if (kept.length === 0)
    throw new Error(
      `circuit: none of its ${circuit.edges.length} edges is in the graph, expected at least one.`,
    );
  const edges = sharedReceivers(kept, isGrouped ? 1 : model.heads / model.kvHeads);
  return {
    kind: 'graph',
    method: 'chosen',
    metric: 'logit-diff',
    positions: circuit.positions ? 'tokens' : 'collapsed',
    edges: edges.map(edgeKey),
  };
}

const shapeText = ({ layers, heads, parallel }: ImportedGraph['shape']): string =>
  `${layers} layers of ${heads} heads${parallel ? ' beside their MLPs' : ''}`;

const widthText = ({ kvHeads, heads, dModel }: ImportedGraph['shape']): string =>
  `${kvHeads === heads ? '' : ` (${kvHeads} of keys and values)`}${dModel ? `, width ${dModel}` : ''}`;
