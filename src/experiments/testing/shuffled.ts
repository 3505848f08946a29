/**
 * A model's weights, permuted within each of them: the same numbers, and nothing learnt (the
 * randomisation check of Adebayo et al. 2018). Seeded.
 */
import { RandomState } from '../../util/random';

export function shuffledWeights(
  weights: ReadonlyMap<string, Float32Array>,
  seed: number,
): Map<string, Float32Array> {
  const random = new RandomState(seed);
  const shuffled = (values: Float32Array) => {
    const out = Float32Array.from(values);
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(random.nextDouble() * (i + 1));
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  };
  return new Map([...weights].map(([name, values]) => [name, shuffled(values)]));
}
