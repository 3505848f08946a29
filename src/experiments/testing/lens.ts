/** A made-up Jacobian lens, that of `reference/experiments/jacobian_lens.py`. */
import type { Golden } from '../../forward/testing';
import { lensWeight } from '../../model/lens';
import { range } from '../../util/range';
import type { NamedLens } from '../common/lens';

export const madeLens = (layers: readonly number[]): NamedLens => ({
  sha256: '0a1b2c3d'.repeat(8),
  title: 'made.pt',
  layers: [...layers],
  prompts: 80,
});

/** J[i][j] = (i == j) + 2 sin(1 + 7 l + 3 i + 5 j) / D. */
export function madeMatrix(layer: number, D: number): Float32Array {
  const wave = (i: number, j: number) => (2 * Math.sin(1 + 7 * layer + 3 * i + 5 * j)) / D;
  return Float32Array.from({ length: D * D }, (_, at) => {
    const [i, j] = [Math.floor(at / D), at % D];
    return (i === j ? 1 : 0) + wave(i, j);
  });
}

export const identity = (_layer: number, D: number): Float32Array =>
  Float32Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? 1 : 0));

/** With a matrix for every layer but the last. */
export function withLens(golden: Golden, matrix: typeof madeMatrix): Golden {
  const { nLayers, dModel } = golden.spec;
  const own = range(0, nLayers - 1).map((layer) => [lensWeight(layer), matrix(layer, dModel)] as const);
  return { ...golden, weights: new Map([...golden.weights, ...own]) };
}
