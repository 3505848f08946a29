/** The vocabulary of pictures: pixels, and how a net wants them. Plain data, shown in documents. */
import type { NetInput } from './net';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3]: red, green and blue, a byte each. */
  readonly data: Uint8Array;
}

export type Resample = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';

/** Resized, cropped, scaled, normalised, in this order. */
export interface Preprocessing {
  /** To this size, or so that the shorter edge has this length; null: as it is. */
  readonly resize: { readonly height: number; readonly width: number } | { readonly shortest: number } | null;
  readonly resample: Resample;
  /** The middle of the picture; null: all of it. */
  readonly crop: { readonly height: number; readonly width: number } | null;
  /** A byte b becomes (b * scale - mean) / std, per channel. */
  readonly scale: number;
  readonly mean: number[];
  readonly std: number[];
}

/** Channels, rows and columns of an input, and where channel c of pixel i stands in it. Null: a latent. */
export function pictureShape({ shape, layout }: Pick<NetInput, 'shape' | 'layout'>) {
  if (layout === null) return null;
  const [channels, height, width] = (layout === 'NCHW' ? shape : [shape[2], shape[0], shape[1]]) as [
    number,
    number,
    number,
  ];
  const at = (c: number, i: number) => (layout === 'NCHW' ? c * width * height + i : channels * i + c);
  return { channels, height, width, at };
}

/** A pixel's number b * scale of channel c as the net takes it. */
export const normalised = (value: number, c: number, { mean, std }: Preprocessing): number =>
  (value - (mean[c] ?? mean[0]!)) / (std[c] ?? std[0]!);

/** The inverse of `normalised`. */
export const unnormalised = (value: number, c: number, { mean, std }: Preprocessing): number =>
  value * (std[c] ?? std[0]!) + (mean[c] ?? mean[0]!);
