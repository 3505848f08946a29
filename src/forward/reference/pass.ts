/** What the parts of one reference pass share: the model, its weights, and the announcing of hook sites. */
import type { ModelSpec } from '../../model/spec';
import type { Matrix } from './math';

/** Weight tensor by canonical name, row-major; see `model/families`. */
export type WeightReader = (name: string) => Float32Array;

export interface Pass {
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
  /** Token ids, [T]. */
  readonly tokens: readonly number[];
  /** Position of each token, [T]. */
  readonly positions: readonly number[];
  /** How many tokens there are. */
  readonly T: number;
  /**
   * Announces a finished site, in the order of `listSites`; may change x in place. `beside` is what edits of scores and
   * pattern read: the scores without a mask, and the scores.
   */
  readonly at: (name: string, x: Float64Array, beside?: () => Float64Array) => Float64Array;
}

/** The same pass without hooks: for rows that have no site of their own. */
export function unseen(pass: Pass): Pass {
  return { ...pass, at: (_, x) => x };
}

/** A weight that the spec says is there, or null. */
export function optional({ weight }: Pass, isThere: boolean, name: string): Float32Array | null {
  return isThere ? weight(name) : null;
}

/** A matrix of `inputs` x `outputs` numbers, stored as the spec says. */
export function matrix(pass: Pass, name: string, inputs: number, outputs: number): Matrix {
  const { orientation } = pass.spec;
  return { data: pass.weight(name), stride: orientation === 'in-out' ? outputs : inputs, orientation };
}
