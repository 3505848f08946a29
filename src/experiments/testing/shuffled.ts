/**
 * A model's weights, permuted within each of them: the same numbers, and nothing learnt (the
 * randomisation check of Adebayo et al. 2018). Seeded.
 */
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';

export function shuffledWeights(
  weights: ReadonlyMap<string, Float32Array>,
  seed: number,
): Map<string, Float32Array> {
  const random = new RandomState(seed);
  return new Map(
    [...weights].map(([name, values]) => [name, Float32Array.from(shuffled([...values], random))]),
  );
}
