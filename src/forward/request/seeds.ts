/**
 * Gradients as a run asks for them: of which number (the seed), with respect to which sites. Plain
 * data, as in `types.ts`.
 */

/** A number made of one row of the run's logits l; p is their softmax. */
export type LogitScalar = { readonly row: number } & (
  | {
      /** The sum of weight x logit, e.g. [[answer, 1], [distractor, -1]] for a difference. */
      readonly of: 'logits';
      readonly weights: readonly (readonly [token: number, weight: number])[];
    }
  /** log p(token), or p(token). */
  | { readonly of: 'logProb' | 'prob'; readonly token: number }
  /** KL(given || p) in nats; one log p (or logit) per token. */
  | { readonly of: 'kl'; readonly logProbs: readonly number[] }
);

/** The number whose gradient is asked for. */
export type Seed =
  /** The mean of these. */
  | { readonly mean: readonly LogitScalar[] }
  /**
   * A cotangent: the sum of value x site, over a site's values after the run's edits, in the shape
   * of a capture of these rows. Refused at the copies that attention reads (hook_attn_in,
   * hook_{q,k,v}_input).
   */
  | { readonly site: string; readonly rows?: readonly number[]; readonly values: readonly number[] }
  /**
   * A cotangent that is 1 in one column of each of these rows, and 0 elsewhere: a row of a Jacobian.
   * Sample s of a run takes column + s, so that the samples are the rows of the whole.
   */
  | { readonly site: string; readonly rows?: readonly number[]; readonly column: number };

/**
 * d seed / d site, for the run as its tables change it. At a site it is the gradient with respect
 * to the values after the run's edits there. What an edit replaces gets no gradient, nor does an
 * edit's source: values of other runs, means and noise are constants. A norm's scale and its
 * normalised values are intermediate values, as in a model with hooks. The gradient of a copy of
 * the stream (hook_attn_in, hook_{q,k,v}_input, hook_mlp_in) is of that copy alone.
 */
export interface Gradients {
  readonly seed: Seed;
  /** As captures. Refused for token ids and chosen experts, which are no continuous values. */
  readonly of: readonly { readonly site: string; readonly rows?: readonly number[]; readonly mean?: true }[];
  /**
   * What counts as constant: the scales of all norms, as in direct logit attribution; the attention
   * probabilities. The gradient at these sites is shown, and goes no further.
   */
  readonly frozen?: readonly Frozen[];
}

export type Frozen = 'norm' | 'pattern';
