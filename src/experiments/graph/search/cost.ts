/** What a search will cost, in sets of edges that are cut per prompt: known beforehand, or about. */
import { edgeCount, sendersOf } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import type { GraphSpec } from '../spec';
import { testForwards } from '../test/graphTests';

/** Of all single edges, what a search by paths tests alone; rounds per block. About as for capitals in Atlas. */
const TESTED_ALONE = 0.4;
const ROUNDS_PER_BLOCK = 1;
/** Kept receivers of an MLP, whose neurons are scored. */
const KEPT_RECEIVERS = 4;

/** A round cuts every sender that is early enough: half of them, on average. */
export function expectedPathSets(spec: GraphSpec, model: ModelSpec, edges: number): number {
  const places = Math.max(1, edges / edgeCount(model));
  const senders = (places * sendersOf(model).length) / 2;
  const rounds = 2 + ROUNDS_PER_BLOCK * model.nLayers;
  const tested = rounds * senders + TESTED_ALONE * edges;
  return spec.rule === 'paired' ? tested : tested + TESTED_ALONE * edges;
}

/** ACDC's waves try some edges in a graph that does not come about. */
const TRIED_BY_ACDC = 1.5;
/** Share of all edges that a graph keeps, about. */
const KEPT = 0.1;

/** Sets per prompt that finding the graph cuts, those that are scored beside it, and those that test it. */
export function expectedSets(
  spec: GraphSpec,
  model: ModelSpec,
  edges: number,
): { search: number; beside: number; tests: number } {
  const beside = spec.neurons.length * model.dMlp * KEPT_RECEIVERS;
  const kept = spec.edges?.length ?? Math.ceil(KEPT * edges);
  const tests = testForwards(spec, edges, kept) / Math.max(1, spec.cases.length - spec.heldOut);
  const search = {
    path: () => expectedPathSets(spec, model, edges),
    acdc: () => TRIED_BY_ACDC * edges,
    chosen: () => spec.edges!.length,
    exhaustive: () => edges,
  }[spec.method]();
  return { search, beside, tests };
}
