/** How far two tensors of one site are apart. */
import type { SiteError } from './api';

/** Entries at or below this are masked scores; they are compared by nobody. */
const MASKED = -1e29;

/** Largest |ours - theirs| and the scale it is to be read against: the largest |theirs|. */
export function compareTensors(site: string, ours: ArrayLike<number>, theirs: ArrayLike<number>): SiteError {
  if (ours.length !== theirs.length) {
    throw new Error(`verify: ${site}: got ${ours.length} values, expected ${theirs.length}.`);
  }
  let maxAbsError = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    const expected = theirs[i]!;
    if (expected <= MASKED) continue;
    const error = Math.abs(ours[i]! - expected);
    // A NaN must not pass for agreement.
    maxAbsError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(maxAbsError, error);
    scale = Math.max(scale, Math.abs(expected));
  }
  return { site, maxAbsError, scale, relative: scale > 0 ? maxAbsError / scale : maxAbsError };
}
