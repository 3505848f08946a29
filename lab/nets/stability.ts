/** Sensitivity of a graph to the intervention's value, and of a map to the input. */
import { jaccard } from '../../src/util/jaccard';
import { localLipschitz as lipschitzOf, type Noise, noisyInputs } from '../../src/statistics/lipschitz';
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

/** Local Lipschitz estimate of the maps that `explain` makes (`src/statistics/lipschitz.ts`). */
export function localLipschitz(
  input: ArrayLike<number>,
  explain: (input: Float64Array) => Float64Array,
  noise: Noise,
): number {
  const x = Float64Array.from(input);
  const moved = noisyInputs(x, noise);
  return lipschitzOf(x, explain(x), moved, moved.map(explain));
}
