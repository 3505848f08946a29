/** The largest of many numbers, without a full sort. */

/** Ids of the k largest values, largest first; ties go to the smaller id. */
export function largestIds(values: ArrayLike<number>, k: number): number[] {
  const most = Math.min(k, values.length);
  const ids: number[] = [];
  if (most <= 0) return ids;
  for (let id = 0; id < values.length; id++) {
    const value = values[id]!;
    if (ids.length === most) {
      if (!(value > values[ids[most - 1]!]!)) continue;
      ids.pop();
    }
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value > values[ids[middle]!]!) high = middle;
      else low = middle + 1;
    }
    ids.splice(low, 0, id);
  }
  return ids;
}
