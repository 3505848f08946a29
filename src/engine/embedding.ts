/**
 * A sentence encoder's vector: the mean over all positions of the last block's output, scaled to
 * length 1, as in sentence-transformers for models with mean pooling.
 */
import type { Tensor } from '../forward/request/contract';

/** `output` [T, D] -> [D]. Sums in float64. */
export function pooledEmbedding({ shape, data }: Tensor): Float32Array {
  const [T, D] = shape as [number, number];
  const mean = new Float64Array(D);
  for (let t = 0; t < T; t++) for (let d = 0; d < D; d++) mean[d]! += data[t * D + d]! / T;
  const length = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0));
  return Float32Array.from(mean, (x) => x / length);
}
