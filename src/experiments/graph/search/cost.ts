/** Cost of a search in edge sets cut per prompt, exact or estimated. */
import { edgeCount, sendersOf } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import type { GraphSpec } from '../spec';
import { searchedOf } from '../estimate/fields';
import { pointsOf } from '../estimate/points';
import { estimatingSpec } from '../estimate/prefilter';
import { testForwards } from '../test/graphTests';

/** Share of single edges tested alone by a path search; rounds per block. From Atlas. */
const TESTED_ALONE = 0.4;
const ROUNDS_PER_BLOCK = 1;
/** Kept receivers per MLP whose neurons are scored. */
const KEPT_RECEIVERS = 4;

/** A round cuts every earlier sender: half of them on average. */
export function expectedPathSets(spec: GraphSpec, model: ModelSpec, edges: number): number {
  const places = Math.max(1, edges / edgeCount(model));
  const senders = (places * sendersOf(model).length) / 2;
  const rounds = 2 + ROUNDS_PER_BLOCK * model.nLayers;
  const alone = TESTED_ALONE * searchedOf(spec, edges);
  const tested = rounds * senders + alone;
  return spec.rule === 'paired' ? tested : tested + alone;
}

/** ACDC's waves try some edges in the wrong graph. */
const TRIED_BY_ACDC = 1.5;
/** Expected share of kept edges. */
const KEPT = 0.1;

/** A point's forward and backward pass, in forward passes; and the prompt's and the twin's run. */
const [POINT, ENDS] = [3, 2];

const passes = (spec: GraphSpec, model: ModelSpec): number => ENDS + POINT * pointsOf(spec, model, 1).length;

function estimateSets(spec: GraphSpec, model: ModelSpec, edges: number): number {
  const prompts = spec.cases.length / Math.max(1, spec.cases.length - spec.heldOut);
  return passes(spec, model) + prompts * Math.min(spec.measured, edges);
}

/** Sets per prompt: for finding the graph, for extra scores, and for tests. */
export function expectedSets(
  spec: GraphSpec,
  model: ModelSpec,
  edges: number,
): { search: number; beside: number; tests: number } {
  const beside = spec.neurons.length * model.dMlp * KEPT_RECEIVERS;
  const searched = searchedOf(spec, edges);
  const kept = spec.edges?.length ?? Math.min(searched, Math.ceil(KEPT * edges));
  const tests = testForwards(spec, edges, kept) / Math.max(1, spec.cases.length - spec.heldOut);
  const search = {
    path: () => expectedPathSets(spec, model, edges),
    acdc: () => TRIED_BY_ACDC * searched,
    chosen: () => spec.edges!.length,
    exhaustive: () => searched,
    eap: () => estimateSets(spec, model, edges),
    'eap-ig': () => estimateSets(spec, model, edges),
  }[spec.method]();
  const before = spec.prefilter === 'none' ? 0 : passes(estimatingSpec(spec), model);
  return { search: before + search, beside, tests };
}
