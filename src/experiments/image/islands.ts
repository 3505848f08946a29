/** Segments in one piece each: the last step of SLIC (Achanta et al. 2012). */
import type { Segments } from './order';
import { cellsIn, type Size } from './picture';

const NEIGHBOURS = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
] as const;

/**
 * Connected pixels of one label become a segment of their own, numbered from 0 in reading order. A
 * piece of fewer than `least` pixels joins the segment beside it that was met last; one of `most`
 * pixels is cut there.
 */
export function withoutIslands(
  labels: Int32Array,
  { height, width }: Size,
  { least, most }: { readonly least: number; readonly most: number },
): Segments {
  const found = new Int32Array(cellsIn({ height, width })).fill(-1);
  let count = 0;
  for (let start = 0; start < found.length; start++) {
    if (found[start]! >= 0) continue;
    found[start] = count;
    const piece = [start];
    let beside = 0;
    for (let next = 0; next < piece.length && piece.length < most; next++) {
      const [y, x] = [Math.floor(piece[next]! / width), piece[next]! % width];
      for (const [down, right] of NEIGHBOURS) {
        if (y + down < 0 || y + down >= height || x + right < 0 || x + right >= width) continue;
        const at = (y + down) * width + x + right;
        if (found[at]! < 0 && labels[at] === labels[start]) {
          found[at] = count;
          piece.push(at);
          if (piece.length >= most) break;
        } else if (found[at]! >= 0 && found[at] !== count) beside = found[at]!;
      }
    }
    if (piece.length < least) for (const at of piece) found[at] = beside;
    else count++;
  }
  return { labels: found, count: Math.max(count, 1) };
}
