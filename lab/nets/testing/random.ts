/** Nets with random weights and inputs for them, seeded. */
import { RandomState } from '../../../src/util/random';
import { loadNet, type Net } from '../net';
import type { NetSpec } from '../spec';

/** A net with seeded random weights of variance 1 / fan-in, small biases. */
export function randomNet(
  spec: NetSpec,
  sizes: Readonly<Record<string, [number, number]>>,
  seed: number,
): Net {
  const random = new RandomState(seed);
  const tensors: Record<string, Float64Array> = {};
  for (const [name, [nodes, fanIn]] of Object.entries(sizes)) {
    const normal = (count: number, scale: number) =>
      Float64Array.from({ length: count }, () => scale * random.nextNormal());
    tensors[`${name}.weight`] = normal(nodes * fanIn, 1 / Math.sqrt(fanIn));
    tensors[`${name}.bias`] = normal(nodes, 0.1);
  }
  return loadNet(spec, tensors);
}

/** Seeded inputs of `size` numbers. */
export function randomSamples(count: number, size: number, seed: number): Float64Array[] {
  const random = new RandomState(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, () => random.nextNormal()));
}
