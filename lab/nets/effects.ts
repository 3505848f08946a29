/**
 * Interventions on a net's edges (Ahmad et al. 2024): for one layer and a set of effects, sets all
 * edges from one candidate parent to u and reads the label's logit. No weight is rewritten: W[e, i]
 * = u adds (u - W[e, i]) a_i to the layer's output at e, so each (candidate, sample) is a row of
 * one batch that restarts at that layer.
 */
import { differences, ratios } from '../../src/statistics/causes';
import { assert } from '../../src/util/assert';
import { klDivergence, logSoftmax } from '../../src/util/distribution';
import { dot } from '../../src/util/dot';
import { RandomState } from '../../src/util/random';
import { classesOf, inputOf, logitsOf, restart, type Run } from './forward';
import { addConvolved, planes } from './layers';
import { type EdgeLayer, hasEdges, type Net } from './net';

/** u of each candidate is uniform in (low, high); low = high = 0 is the hard intervention. */
export interface Intervention {
  readonly low: number;
  readonly high: number;
  readonly seed: number;
}

export const HARD: Intervention = { low: 0, high: 0, seed: 1 };

/** The soft intervention: U(beta, beta + 0.01). */
export function soft(beta: number, seed: number): Intervention {
  return { low: beta, high: beta + 0.01, seed };
}

/** One u per candidate, shared by its edges, their weights and all samples. */
export function drawValues({ low, high, seed }: Intervention, count: number): Float64Array {
  const random = new RandomState(seed);
  return Float64Array.from({ length: count }, () => low + (high - low) * random.nextDouble());
}

/** The net's outputs with each candidate's edges set. */
export interface Effects {
  readonly label: number;
  readonly classes: number;
  readonly rows: number;
  readonly candidates: readonly number[];
  /** [rows, classes]. */
  readonly clean: Float64Array;
  /** [candidates, rows, classes]. */
  readonly edited: Float64Array;
}

/** The layer `index`, which must have edges. */
export function edgeLayer(net: Net, index: number): EdgeLayer {
  const layer = net.layers[index];
  assert(
    layer && hasEdges(layer),
    `net: layer ${index} has no edges, got ${layer?.kind ?? 'no such layer'}, expected dense or conv.`,
  );
  return layer;
}

/**
 * The joint intervention on the edges from each of `candidates` to all `effects` in layer `index`;
 * `u[c]` is candidate c's value.
 */
export function intervene(
  run: Run,
  index: number,
  effects: readonly number[],
  candidates: readonly number[],
  u: ArrayLike<number>,
  label: number,
): Effects {
  const { net, rows } = run;
  const layer = edgeLayer(net, index);
  checkNodes(layer, 'effect', effects, layer.nodes);
  checkNodes(layer, 'candidate', candidates, layer.parents);
  const [inPlane, outPlane] = layer.kind === 'conv' ? planes(layer) : [layer.span, 1];
  const input = inputOf(run, index);
  const clean = run.layers[index]!.pre;
  const pre = new Float64Array(candidates.length * clean.length);
  for (const [c, parent] of candidates.entries()) {
    const batch = pre.subarray(c * clean.length, (c + 1) * clean.length);
    batch.set(clean);
    for (const effect of effects) {
      const edge = weightsOf(layer, effect, parent).map((weight) => u[c]! - weight);
      for (let r = 0; r < rows; r++) {
        const from = (r * layer.parents + parent) * inPlane;
        const at = (r * layer.nodes + effect) * outPlane;
        if (layer.kind === 'conv') addConvolved(layer, batch, at, input, from, edge);
        else batch[at]! += dot(edge, input.subarray(from));
      }
    }
  }
  const edited = restart(net, index, pre, candidates.length * rows);
  return { label, classes: classesOf(net), rows, candidates, clean: run.logits, edited };
}

/** The weights of the edge from `parent` to `effect`, as a view. */
export function weightsOf(layer: EdgeLayer, effect: number, parent: number): Float64Array {
  const at = (effect * layer.parents + parent) * layer.span;
  return layer.weight.subarray(at, at + layer.span);
}

function checkNodes(layer: EdgeLayer, what: string, nodes: readonly number[], count: number): void {
  const wrong = nodes.find((node) => !Number.isInteger(node) || node < 0 || node >= count);
  assert(
    wrong === undefined,
    `net: no such ${what} of ${layer.name}, got ${wrong}, expected 0 to ${count - 1}.`,
  );
}

/** The label's logit per sample: clean, or with candidate c (index in `candidates`) set. */
export function logitOf(effects: Effects, c: number | 'clean'): Float64Array {
  const { label, classes, rows } = effects;
  const logits = c === 'clean' ? effects.clean : effects.edited;
  const first = c === 'clean' ? 0 : c * rows;
  return Float64Array.from({ length: rows }, (_, r) => logits[(first + r) * classes + label]!);
}

/** Total effect Y_w - Y per sample. */
export function totalEffect(effects: Effects, c: number): Float64Array {
  return differences(logitOf(effects, c), logitOf(effects, 'clean'));
}

/** Relative total effect Y_w / Y - 1 per sample; large if the clean logit is near 0. */
export function relativeEffect(effects: Effects, c: number): Float64Array {
  return ratios(logitOf(effects, c), logitOf(effects, 'clean'));
}

/** KL(P_w || P) of the softmax over all classes, per sample, in nats. */
export function divergence(effects: Effects, c: number): Float64Array {
  const { classes, rows } = effects;
  const logP = (logits: Float64Array, r: number) => logSoftmax(logitsOf(logits, classes, r));
  return Float64Array.from({ length: rows }, (_, r) =>
    klDivergence(logP(effects.edited, c * rows + r), logP(effects.clean, r)),
  );
}
