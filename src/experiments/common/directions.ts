/** Directions at a site: unit vectors, lengths, and random controls. */
import { standardNormals } from '../../util/random';

export function lengthOf(v: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < v.length; i++) squares += v[i]! ** 2;
  return Math.sqrt(squares);
}

/** v scaled to `length`. */
export function scaledTo(v: ArrayLike<number>, length: number): number[] {
  const factor = length / lengthOf(v);
  return Array.from(v, (x) => x * factor);
}

/** Control `index` of a seed: a uniform random direction of this length, the same for all cases. */
export function randomDirection(seed: number, index: number, size: number, length: number): number[] {
  const all = standardNormals(seed, (index + 1) * size);
  return scaledTo(all.subarray(index * size), length);
}
