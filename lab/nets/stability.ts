/** Sensitivity of a graph to the intervention's value, and of a map to the input. */
import { jaccard } from '../../src/util/jaccard';
import { RandomState } from '../../src/util/random';
import { mean } from '../../src/statistics/stats';
import { HARD } from './effects';
import type { Run } from './forward';
import { type GraphLayer, layerParents } from './graph';
import type { Rule } from './select';

/**
 * For every beta, the mean Jaccard overlap of one layer's parents under u ~ U(0, beta) with those
 * of the hard intervention, over `repeats` draws. Keeps the graph's effects.
 */
export function graphStability(
  run: Run,
  { index, effects }: Pick<GraphLayer, 'index' | 'effects'>,
  label: number,
  rule: Rule,
  { betas, repeats, seed }: { betas: readonly number[]; repeats: number; seed: number },
): { beta: number; overlap: number }[] {
  const hard = new Set(layerParents(run, index, effects, label, HARD, rule));
  return betas.map((beta, b) => {
    const overlaps = Array.from({ length: repeats }, (_, k) => {
      const intervention = { low: 0, high: beta, seed: seed + b * repeats + k };
      return jaccard(hard, new Set(layerParents(run, index, effects, label, intervention, rule)));
    });
    return { beta, overlap: mean(overlaps) };
  });
}

/**
 * Local Lipschitz estimate (Alvarez-Melis & Jaakkola 2018): largest |a - a'| / |x - x'| (L2) over
 * `count` inputs x' with Gaussian noise, where a is the absolute map over its maximum.
 */
export function localLipschitz(
  input: ArrayLike<number>,
  explain: (input: Float64Array) => Float64Array,
  { count, mean: shift, std, seed }: { count: number; mean: number; std: number; seed: number },
): number {
  const random = new RandomState(seed);
  const x = Float64Array.from(input);
  const map = normalised(explain(x));
  let largest = 0;
  for (let k = 0; k < count; k++) {
    const moved = x.map((value) => value + shift + std * random.nextNormal());
    largest = Math.max(largest, distance(map, normalised(explain(moved))) / distance(x, moved));
  }
  return largest;
}

/** Absolute values over the maximum; a zero map stays zero. */
function normalised(map: Float64Array): Float64Array {
  const largest = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return map.map((value) => (largest === 0 ? 0 : Math.abs(value) / largest));
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
}
