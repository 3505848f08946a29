/**
 * The transformer of any `ModelSpec` in float64, as plain loops. `model/sites.ts` defines the sites
 * of each architecture; the architectures follow Hugging Face's modeling files.
 *
 * A tensor is one Float64Array of T rows x width, row-major; rows of scores and pattern are query
 * positions with H x S columns.
 */
import { denseHead } from '../../model/denseHead';
import { block } from './block';
import { embed } from './embed';
import { norm } from './norm';
import type { Pass } from './pass';
import { throughDense, unembed } from './unembed';

/** Runs the model on the pass's tokens. Returns logits [T, V], or null if it has no head. */
export function transformer(pass: Pass): Float64Array | null {
  const { spec } = pass;
  let stream = embed(pass);
  for (let l = 0; l < spec.nLayers; l++) stream = block(pass, l, stream);
  if (spec.finalNorm) stream = norm(pass, 'ln_final', stream);
  if (spec.head === 'none') return null;
  const dense = denseHead(spec);
  if (dense) stream = throughDense(pass, stream, dense);
  return unembed(pass, stream);
}
