/** The shared state of a reference pass: the model, its weights, and the announcing of sites. */
import type { ModelSpec } from '../../model/spec';
import type { Matrix } from './math';

/** Returns a weight tensor by canonical name, row-major; see `model/families`. */
export type WeightReader = (name: string) => Float32Array;

export interface Pass {
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
  /** Token ids, [T]. */
  readonly tokens: readonly number[];
  /** Position of each token, [T]. */
  readonly positions: readonly number[];
  /** Number of tokens. */
  readonly T: number;
  /**
   * Announces a finished site, in the order of `listSites`; may change x in place. `beside` is read
   * by edits of scores and pattern: the unmasked scores, and the scores.
   */
  readonly at: (name: string, x: Float64Array, beside?: () => Float64Array) => Float64Array;
}

/** The same pass without hooks, for rows that have no site. */
export function unseen(pass: Pass): Pass {
  return { ...pass, at: (_, x) => x };
}

/** A weight that exists if the spec says so, or null. */
export function optional(
  { weight }: Pick<Pass, 'weight'>,
  isThere: boolean,
  name: string,
): Float32Array | null {
  return isThere ? weight(name) : null;
}

/** A matrix of `inputs` x `outputs` numbers, stored in the spec's orientation. */
export function matrix(
  pass: Pick<Pass, 'spec' | 'weight'>,
  name: string,
  inputs: number,
  outputs: number,
): Matrix {
  const { orientation } = pass.spec;
  return { data: pass.weight(name), stride: orientation === 'in-out' ? outputs : inputs, orientation };
}
