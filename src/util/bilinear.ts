/**
 * Resizes planes of numbers bilinearly, pixel centres half a pixel from the edge (PyTorch's
 * `interpolate` with `align_corners=False`).
 */

/** Rows and columns of a plane. */
export type Size = readonly [height: number, width: number];

/** `plane` [h, w], row by row -> [H, W]. */
export function resizeBilinear(plane: ArrayLike<number>, from: Size, to: Size): Float64Array {
  const [rows, columns] = [neighbours(from[0], to[0]), neighbours(from[1], to[1])];
  const out = new Float64Array(to[0] * to[1]);
  let place = 0;
  for (const [top, bottom, down] of rows) {
    const [above, below] = [top * from[1], bottom * from[1]];
    for (const [left, right, across] of columns) {
      const high = (1 - across) * plane[above + left]! + across * plane[above + right]!;
      const low = (1 - across) * plane[below + left]! + across * plane[below + right]!;
      out[place++] = (1 - down) * high + down * low;
    }
  }
  return out;
}

/** For each of `to` places, its two neighbours among `from` places, and the weight of the second. */
function neighbours(from: number, to: number): [number, number, number][] {
  return Array.from({ length: to }, (_, place) => {
    const exact = Math.max(0, ((place + 0.5) * from) / to - 0.5);
    const before = Math.min(Math.floor(exact), from - 1);
    return [before, Math.min(before + 1, from - 1), exact - before];
  });
}
