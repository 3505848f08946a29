/** Occlusion (Zeiler & Fergus 2014) by a sliding square, as captum does it. */
import { range } from '../../util/range';
import { cellsIn, type PixelMap, type Size } from './picture';

export interface Windows {
  /** Pixels along a side, and from one place to the next. */
  readonly window: number;
  readonly stride: number;
}

/** Rows [top, bottom) and columns [left, right). */
export interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** All places of the square; the last of a row or column is cut at the border. */
export function windowPlaces({ height, width }: Size, { window, stride }: Windows): Place[] {
  const starts = (side: number) =>
    range(0, Math.ceil(Math.max(0, side - window) / stride) + 1).map((i) => i * stride);
  return starts(height).flatMap((top) =>
    starts(width).map((left) => ({
      top,
      left,
      bottom: Math.min(top + window, height),
      right: Math.min(left + window, width),
    })),
  );
}

/** 0 in the place, 1 elsewhere: [H, W]. */
export function keptOutside(size: Size, { top, bottom, left, right }: Place): Uint8Array {
  const kept = new Uint8Array(cellsIn(size)).fill(1);
  for (let y = top; y < bottom; y++) kept.fill(0, y * size.width + left, y * size.width + right);
  return kept;
}

/** Of each pixel: the mean drop over the places that hold it; 0 where none does. */
export function occlusionMap(size: Size, places: readonly Place[], drops: readonly number[]): PixelMap {
  const [sum, count] = [new Float64Array(cellsIn(size)), new Float64Array(cellsIn(size))];
  for (const [i, { top, bottom, left, right }] of places.entries())
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) {
        sum[y * size.width + x]! += drops[i]!;
        count[y * size.width + x]! += 1;
      }
  return sum.map((value, i) => value / Math.max(1, count[i]!));
}
