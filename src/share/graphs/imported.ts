/**
 * A circuit that another program found. It is not a result of ours: no prompts, no hash of the model, nothing that was
 * measured here. So it becomes a question: what is this circuit worth on this model and these prompts?
 */
import type { GraphEdge } from '../../results/graph';
import { nameAt, type Shape, sharedReceivers } from './names';

export interface ImportedGraph {
  /** Of what the file says of its model; a file that does not know shared keys and values has one per head. */
  readonly shape: Pick<Shape, 'layers' | 'heads' | 'kvHeads' | 'parallel' | 'dModel'>;
  /** Where nodes are told apart by position. */
  readonly positions?: readonly string[];
  /** Scores are the file's: `measured` is false. */
  readonly edges: readonly GraphEdge[];
}

/** Of the fields of `experiments/graph/spec`. */
export interface CircuitQuestion {
  readonly kind: 'graph';
  readonly method: 'chosen';
  readonly metric: 'logit-diff';
  readonly positions: 'tokens' | 'collapsed';
  readonly edges: readonly string[];
}

/**
 * The question that measures the circuit: its edges, chosen. Prompts and model are for the asker to give. Throws one
 * sentence if the circuit is of a model of another shape, or has no edge.
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
    edges: edges.map(nameAt),
  };
}

const shapeText = ({ layers, heads, parallel }: ImportedGraph['shape']): string =>
  `${layers} layers of ${heads} heads${parallel ? ' beside their MLPs' : ''}`;

const widthText = ({ kvHeads, heads, dModel }: ImportedGraph['shape']): string =>
  `${kvHeads === heads ? '' : ` (${kvHeads} of keys and values)`}${dModel ? `, width ${dModel}` : ''}`;
