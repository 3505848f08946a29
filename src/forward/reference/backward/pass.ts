/**
 * The shared state of a backward pass: what the forward pass kept, and the announcing of gradients.
 *
 * Every file here mirrors the one of its name in the folder above, in reverse order: where the
 * forward pass has `x = at(site, x)`, the backward pass has `g = at(site, g)`. A gradient has the
 * shape of its tensor, and no function changes the gradient that it is given.
 *
 * The derivative of a product needs its weights alone. Gradients of weights would need its input
 * too (dW = X^T dY, summed over rows); a kept site holds it, or `weighted` recomputes a norm's output.
 */
import type { ResolvedEdit } from '../../request/resolved';
import type { Kept } from '../edits';
import type { Pass } from '../pass';

/** One edit or cut of a site, as it was applied. */
export interface AppliedEdit {
  readonly edit: ResolvedEdit;
  /** The tensor before it. */
  readonly before: Float64Array;
  /** As in `EditInputs`. */
  readonly beside: Float64Array | undefined;
}

/** What the forward pass keeps of every site. */
export interface SiteValues {
  /** As computed, before the run's edits there. */
  readonly before: Float64Array;
  /** What later parts of the model read. */
  readonly after: Float64Array;
  readonly edits: readonly AppliedEdit[];
}

/** x: a site's tensor after its edits. */
export function siteValues(x: Float64Array, edits: readonly AppliedEdit[]): SiteValues {
  const after = x.slice();
  return { before: edits[0]?.before ?? after, after, edits };
}

/** A finished forward pass. */
export interface Finished {
  /** Its model, weights and tokens. */
  readonly pass: Pass;
  /** By canonical site name. */
  readonly values: ReadonlyMap<string, SiteValues>;
  /** What edits take from earlier runs. */
  readonly kept: Kept;
}

export interface BackwardPass extends Omit<Pass, 'at'> {
  /** What was kept of a site. */
  readonly values: (site: string) => SiteValues;
  /**
   * Receives what the later parts of the model say of a site's values after its edits. Adds what
   * seeds and cuts say (`arriving`), shows the sum to whoever asked for it, and returns the
   * gradient of the values before the edits.
   */
  readonly at: (site: string, g: Float64Array) => Float64Array;
  /** Gradient that reaches a site, or another named tensor, past the model's own path. */
  readonly arriving: (name: string) => Float64Array | undefined;
  readonly frozen: { readonly norm: boolean; readonly pattern: boolean };
}

/** Names the gradient of the scores without a mask, to which an 'allow' mask sets some scores. */
export const unmasked = (scores: string): string => `${scores} without mask`;
