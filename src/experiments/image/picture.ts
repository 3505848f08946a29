/** A picture as these experiments see it, whatever the net makes of it. */
import type { NetLab, NetQuestion } from '../net/experiment';
import { toPixels } from '../net/pixels';

export interface Size {
  readonly height: number;
  readonly width: number;
}

export interface Picture extends Size {
  readonly channels: number;
  /** [C, H, W], 0 is black and 1 is full brightness. */
  readonly data: Float32Array;
}

/** Numbers on a picture's pixels: [H, W]. */
export type PixelMap = Float64Array;

export const cellsIn = ({ height, width }: Size): number => height * width;

/** An input of the net as a picture. Throws one sentence if its pixels are not known. */
export function pictureOf(lab: NetLab, spec: NetQuestion, input: Float32Array): Picture {
  const picture = toPixels(lab, spec, input);
  if (picture) return picture;
  throw new Error(
    `${spec.kind}: the net's input is no picture, got no preprocessing, expected one. Open a net that takes pictures.`,
  );
}

/** Pixels of `kept` where the share is 1, of `other` where it is 0, mixed between. `share`: [H, W]. */
export function mixed(kept: Float32Array, other: Float32Array, share: ArrayLike<number>): Float32Array {
  return kept.map((value, i) => {
    const own = share[i % share.length]!;
    return own * value + (1 - own) * other[i]!;
  });
}
