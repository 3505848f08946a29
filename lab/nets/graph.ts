/**
 * The causal graph of a label (Ahmad et al. 2024): from the logit down, parents that are causes
 * become the effects of the layer below, until the input or a layer without causes.
 */
import { mean } from '../../src/statistics/stats';
import { drawValues, edgeLayer, HARD, type Intervention, intervene, relativeEffect } from './effects';
import type { Run } from './forward';
import { hasEdges, type Net } from './net';
import { candidateParents, PAIRED, type Rule, selectParents } from './select';

/** One layer of the graph: each parent causes the effects jointly. */
export interface GraphLayer {
  readonly layer: string;
  /** Index among the net's layers. */
  readonly index: number;
  /** Ascending; empty only if the graph stops before the input. */
  readonly parents: readonly number[];
  readonly effects: readonly number[];
  /** Number of the layer's parents. */
  readonly of: number;
}

/** From the logits down. */
export interface CausalGraph {
  readonly label: number;
  readonly layers: readonly GraphLayer[];
}

/** `run`: correctly classified samples of the label (`rightRows`). Deterministic. */
export function causalGraph(
  run: Run,
  label: number,
  intervention: Intervention = HARD,
  rule: Rule = PAIRED,
): CausalGraph {
  const layers: GraphLayer[] = [];
  let effects: readonly number[] = [label];
  for (const index of edgeIndices(run.net).reverse()) {
    const parents = layerParents(run, index, effects, label, intervention, rule);
    const { name, parents: of } = edgeLayer(run.net, index);
    layers.push({ layer: name, index, parents, effects, of });
    if (parents.length === 0) break;
    effects = parents;
  }
  return { label, layers };
}

/** Indices of the layers with edges, from the input up. */
function edgeIndices(net: Net): number[] {
  return net.layers.flatMap((layer, index) => (hasEdges(layer) ? [index] : []));
}

/** The causes of `effects` among the parents of one layer. */
export function layerParents(
  run: Run,
  index: number,
  effects: readonly number[],
  label: number,
  intervention: Intervention,
  rule: Rule,
): number[] {
  const candidates = candidateParents(edgeLayer(run.net, index), effects);
  const u = drawValues(intervention, candidates.length);
  return selectParents(intervene(run, index, effects, candidates, u, label), rule);
}

export interface GraphEdge {
  readonly layer: string;
  readonly parent: number;
  readonly effect: number;
  /** Mean relative total effect of setting only this edge to 0. */
  readonly relative: number;
}

/** Sets every edge of the graph alone to 0. */
export function edgeEffects(run: Run, graph: CausalGraph): GraphEdge[] {
  return graph.layers.flatMap(({ layer, index, parents, effects }) =>
    effects.flatMap((effect) => {
      const alone = intervene(run, index, [effect], parents, new Float64Array(parents.length), graph.label);
      const relative = (c: number) => mean(relativeEffect(alone, c));
      return parents.map((parent, c) => ({ layer, parent, effect, relative: relative(c) }));
    }),
  );
}

/** One line per layer: `fc3 keeps 13/84 parents {9, 27, ...}`. */
export function graphLines(graph: CausalGraph): string[] {
  return graph.layers.map(
    ({ layer, parents, of }) => `${layer} keeps ${parents.length}/${of} parents {${parents.join(', ')}}`,
  );
}
