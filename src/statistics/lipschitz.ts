/**
 * Local Lipschitz estimate of a map (Alvarez-Melis & Jaakkola 2018): how far it moves when its input
 * moves a little. The largest |a - a'| / |x - x'| (L2) over noisy inputs x', where a is the absolute map
 * over its maximum. Smaller is more stable.
 */
import { RandomState } from '../util/random';

export interface Noise {
  readonly count: number;
  readonly mean: number;
  readonly std: number;
  readonly seed: number;
}

/** Of Ahmad et al. (2024). */
export const AHMAD_NOISE: Noise = { count: 10, mean: 0.1, std: 0.1, seed: 23 };

/** `count` inputs with noise mean + std * RandomState(seed).randn, one after another. */
export function noisyInputs(x: ArrayLike<number>, { count, mean, std, seed }: Noise): Float64Array[] {
  const random = new RandomState(seed);
  return Array.from({ length: count }, () =>
    Float64Array.from(x, (value) => value + mean + std * random.nextNormal()),
  );
}

/** `moved[k]` is input k, and `maps[k]` its map; `map` is that of `x`. */
export function localLipschitz(
  x: ArrayLike<number>,
  map: ArrayLike<number>,
  moved: readonly ArrayLike<number>[],
  maps: readonly ArrayLike<number>[],
): number {
  return moved.reduce<number>((most, one, k) => Math.max(most, lipschitzRatio(map, maps[k]!, x, one)), 0);
}

/** |a - a'| / |x - x'| of one of them. */
export const lipschitzRatio = (
  map: ArrayLike<number>,
  moved: ArrayLike<number>,
  x: ArrayLike<number>,
  other: ArrayLike<number>,
): number => distance(normalised(map), normalised(moved)) / distance(x, other);

/** Absolute values over the maximum; a zero map stays zero. */
function normalised(map: ArrayLike<number>): Float64Array {
  const sizes = Float64Array.from(map, Math.abs);
  const largest = sizes.reduce((most, value) => Math.max(most, value), 0);
  return sizes.map((value) => (largest === 0 ? 0 : value / largest));
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
