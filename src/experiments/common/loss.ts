/** Values read against what lies between the corrupted and the clean run. */

/** Levels that are closer than this have nothing between them. */
export const SMALLEST_LOSS = 1e-6;

/** `value` as a share of clean - corrupted; null where there is nothing to take shares of. */
export function shareOfLoss(
  value: number,
  { clean, corrupted }: { readonly clean: number; readonly corrupted: number },
): number | null {
  const loss = clean - corrupted;
  return Math.abs(loss) < SMALLEST_LOSS ? null : value / loss;
}
