/** Which models a Jacobian lens can be read in, and which lens is of the open one. */
import type { ModelSpec } from '../../model/spec';
import type { LensTable } from './table';

const ASK = 'jacobian lens';

/** Throws an Error, in one sentence, for a model without a residual stream that leads to tokens. */
export function refuseWithoutLens({ head, attention, placement, nLayers }: ModelSpec): void {
  if (head !== 'lm')
    throw new Error(
      `${ASK}: this model does not continue a text, got an encoder, expected a decoder, whose stream leads through its last norm to the unembedding. Open another model.`,
    );
  if (!attention.causal || placement === 'post')
    throw new Error(
      `${ASK}: needs causal attention and one residual stream, got a model without, expected a decoder. Open another model.`,
    );
  if (nLayers < 2)
    throw new Error(
      `${ASK}: the last block's output needs no lens, got a model of one block, expected two or more.`,
    );
}

/** Throws an Error if a lens is of a model with other sizes. */
export function refuseOtherModel(
  { dModel, matrices, target }: LensTable,
  spec: ModelSpec,
  where: string,
): void {
  refuseWithoutLens(spec);
  const other = 'Open the model that it was fitted on.';
  if (dModel !== spec.dModel)
    throw new Error(
      `${where}: is of a model with another stream, got d_model ${dModel}, expected ${spec.dModel}. ${other}`,
    );
  const last = spec.nLayers - 1;
  const beyond = [...matrices.keys()].find((layer) => layer >= last);
  if (beyond !== undefined)
    throw new Error(
      `${where}: is of a model with more blocks, got a matrix of layer ${beyond}, expected layers 0 to ${last - 1}. ${other}`,
    );
  if (target !== null && target !== last)
    throw new Error(
      `${where}: leads to another block than the last, got target layer ${target}, expected ${last}. Fit it again without a target.`,
    );
}
