/**
 * The local Lipschitz estimate of a map (Alvarez-Melis & Jaakkola 2018): how far it moves when the
 * picture moves a little. The noise is that of Ahmad et al. (2024).
 */
import { maxOf } from '../../util/lists';
import { RandomState } from '../../util/random';

export const LIPSCHITZ = { count: 10, mean: 0.1, std: 0.1, seed: 23 } as const;

/** x as the net takes it, plus noise of N(mean, std), one picture after another. */
export function noisy(input: Float32Array): Float64Array[] {
  const { count, mean, std, seed } = LIPSCHITZ;
  const random = new RandomState(seed);
  return Array.from({ length: count }, () =>
    Float64Array.from(input, (value) => value + mean + std * random.nextNormal()),
  );
}

/** |a - a'| / |x - x'|, maps |a| as shares of their largest value. */
export function lipschitzRatio(
  map: ArrayLike<number>,
  moved: ArrayLike<number>,
  input: ArrayLike<number>,
  other: ArrayLike<number>,
): number {
  return distance(normalised(map), normalised(moved)) / distance(input, other);
}

function normalised(map: ArrayLike<number>): Float64Array {
  const sizes = Float64Array.from(map, Math.abs);
  const most = maxOf(sizes, 0);
  return most > 0 ? sizes.map((value) => value / most) : sizes;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
