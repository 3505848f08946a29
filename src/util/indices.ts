/** Places in row-major arrays. */

/** The index on each axis of entry `place` of an array of this shape. */
export function indicesAt(shape: readonly number[], place: number): number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((n) => {
      const index = rest % n;
      rest = Math.floor(rest / n);
      return index;
    })
    .reverse();
}
