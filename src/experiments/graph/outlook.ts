/** What a search will cost, in sets of edges that are cut per prompt: known beforehand, or about. */
import { edgesOf, sendersOf } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import type { GraphSpec } from './spec';

/** Of all single edges, what a search by paths comes to test alone; and rounds per block. Atlas's capitals: see docs/graphs.md. */
const TESTED_ALONE = 0.4;
const ROUNDS_PER_BLOCK = 1;
/** Kept receivers of an MLP, whose neurons are scored. */
const KEPT_RECEIVERS = 4;

/** A round cuts every sender that is early enough: half of them, on average. */
export function expectedPathSets(spec: GraphSpec, model: ModelSpec, edges: number): number {
  const places = Math.max(1, edges / edgesOf(model).length);
  const senders = (places * sendersOf(model).length) / 2;
  const rounds = 2 + ROUNDS_PER_BLOCK * model.nLayers;
  const tested = rounds * senders + TESTED_ALONE * edges;
  return spec.rule === 'paired' ? tested : tested + TESTED_ALONE * edges;
}

/** Sets that finding the graph cuts, and those that are scored beside it. */
export function expectedSets(
  spec: GraphSpec,
  model: ModelSpec,
  edges: number,
): { search: number; beside: number } {
  const beside = spec.neurons.length * model.dMlp * KEPT_RECEIVERS;
  if (spec.method === 'chosen') return { search: spec.edges!.length, beside };
  if (spec.method === 'path') return { search: expectedPathSets(spec, model, edges), beside };
  return { search: edges, beside };
}
