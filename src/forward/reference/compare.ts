/** The distance between two tensors of one site. */
import { CLOSED } from '../../util/masked';

export interface TensorError {
  /** Largest |ours - theirs| over the tensor. */
  readonly maxAbsError: number;
  /** Largest |theirs|, for judging the error. */
  readonly scale: number;
  /** maxAbsError / scale. */
  readonly relative: number;
}

/** Compares two tensors of equal length, except masked scores. */
export function compareTensors(ours: ArrayLike<number>, theirs: ArrayLike<number>): TensorError {
  if (ours.length !== theirs.length) {
    throw new Error(`compare: got ${ours.length} values, expected ${theirs.length}.`);
  }
  let maxAbsError = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    const expected = theirs[i]!;
    if (expected <= CLOSED) continue;
    const error = Math.abs(ours[i]! - expected);
    // NaN must not count as agreement.
    maxAbsError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(maxAbsError, error);
    scale = Math.max(scale, Math.abs(expected));
  }
  return { maxAbsError, scale, relative: scale > 0 ? maxAbsError / scale : maxAbsError };
}
