/**
 * A Jacobian lens (Gurnee et al. 2026): a matrix per layer that takes the output of block l to the
 * last block's output, before the final norm. J[l] is [D, D], rows are outputs: h becomes J h.
 */

/** What documents and the page say of a lens. */
export interface LensInfo {
  /** Of the matrices' numbers, as float32 in the order of layers. */
  readonly sha256: string;
  /** A file's name, or the texts that it was fitted on. */
  readonly title: string;
  readonly dModel: number;
  /** Layers that have a matrix, ascending. The last block needs none: its matrix would be J = I. */
  readonly layers: readonly number[];
  /** Prompts averaged in the fit. */
  readonly prompts: number;
  /** First positions that the fit left out; null: the file does not say. */
  readonly skipFirst: number | null;
}

/** With the matrices by layer, [D, D] row-major. */
export interface JacobianLens extends LensInfo {
  readonly matrices: ReadonlyMap<number, Float32Array>;
}

/** Begins the names under which an experiment's stage reads the open lens's matrices, as weights. */
export const LENS_WEIGHTS = 'jacobian_lens.';

export const lensWeight = (layer: number): string => `${LENS_WEIGHTS}${layer}`;
