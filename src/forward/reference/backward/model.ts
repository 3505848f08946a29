/** The transformer of any `ModelSpec` backward: from the seed to the embeddings. */
import { denseHead } from '../../../model/denseHead';
import { blockBackward } from './block';
import { embedBackward } from './embed';
import { normBackward } from './norm';
import type { BackwardPass } from './pass';
import { throughDenseBackward, unembedBackward } from './unembed';

/**
 * Announces the gradient of every site, from the logits (or the last stream) to block `first`; to the
 * embeddings if it is -1.
 */
export function transformerBackward(back: BackwardPass, first: number): void {
  const { spec, T } = back;
  const dense = denseHead(spec);
  let g = spec.head === 'none' ? new Float64Array(T * spec.dModel) : unembedBackward(back);
  if (dense) g = throughDenseBackward(back, g, dense);
  if (spec.finalNorm) g = normBackward(back, 'ln_final', g);
  for (let l = spec.nLayers - 1; l >= Math.max(0, first); l--) g = blockBackward(back, l, g);
  if (first < 0) embedBackward(back, g);
}
