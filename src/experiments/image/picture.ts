/** A picture as these experiments see it, whatever the net makes of it. */

export interface Size {
  readonly height: number;
  readonly width: number;
}

export interface Picture extends Size {
  /** [C, H, W], 0 is black and 1 is full brightness. */
  readonly pixels: Float32Array;
}

/** Numbers on a picture's pixels: [H, W]. */
export type PixelMap = Float64Array;

export const cellsIn = ({ height, width }: Size): number => height * width;

export const channelsOf = (picture: Picture): number => picture.pixels.length / cellsIn(picture);

/** Pixels of `kept` where the share is 1, of `other` where it is 0, mixed between. `share`: [H, W]. */
export function mixed(kept: Float32Array, other: Float32Array, share: ArrayLike<number>): Float32Array {
  return kept.map((value, i) => {
    const own = share[i % share.length]!;
    return own * value + (1 - own) * other[i]!;
  });
}
