/** Values as shares of the loss from clean to corrupted. */

/** Smallest |clean - corrupted| that shares are taken of. */
export const SMALLEST_LOSS = 1e-6;

/** `value` as a share of clean - corrupted; null if that is too small. */
export function shareOfLoss(
  value: number,
  { clean, corrupted }: { readonly clean: number; readonly corrupted: number },
): number | null {
  const loss = clean - corrupted;
  return Math.abs(loss) < SMALLEST_LOSS ? null : value / loss;
}
