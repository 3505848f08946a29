/** A picture as a net takes it: resized, cropped, scaled, normalised. Plain data, shown in documents. */
import type { NetInput } from '../../model/net';
import type { Pixels } from './pixels';
import { type Resample, resized } from './resize';

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

/** Of ImageNet classifiers: the middle of the picture, mean and deviation of its pixels. */
export function usualPreprocessing({ shape, layout }: NetInput): Preprocessing {
  const [channels, height, width] =
    layout === 'NHWC' ? [shape[2]!, shape[0]!, shape[1]!] : [shape[0]!, shape[1]!, shape[2]!];
  const isColour = channels === 3;
  return {
    resize: { shortest: Math.round((Math.min(height, width) * 256) / 224) },
    resample: 'bilinear',
    crop: { height, width },
    scale: 1 / 255,
    mean: isColour ? [0.485, 0.456, 0.406] : [0],
    std: isColour ? [0.229, 0.224, 0.225] : [1],
  };
}

/** The picture after resizing and cropping: what the net sees of it. */
export function framed(picture: Pixels, { resize, resample, crop }: Preprocessing): Pixels {
  const { width, height } = picture;
  const scaled = (edge: number, short: number) => Math.trunc((short * edge) / Math.min(width, height));
  const size =
    resize &&
    ('shortest' in resize
      ? { width: scaled(width, resize.shortest), height: scaled(height, resize.shortest) }
      : resize);
  const whole = size ? resized(picture, size.width, size.height, resample) : picture;
  return crop ? cropped(whole, crop.width, crop.height) : whole;
}

function cropped({ width: w, height: h, data }: Pixels, width: number, height: number): Pixels {
  if (width > w || height > h)
    throw new Error(
      `image: is smaller than its crop, got ${w} x ${h} pixels, expected at least ${width} x ${height}.`,
    );
  const [left, top] = [Math.floor((w - width) / 2), Math.floor((h - height) / 2)];
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * w + left);
    out.set(data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, data: out };
}

/** The net's input. Throws one sentence if the net takes no picture, or one of another size. */
export function netImage(picture: Pixels, how: Preprocessing, { shape, layout }: NetInput): Float32Array {
  if (layout === null)
    throw new Error(
      `image: this net takes no picture, got an input of [${shape}], expected one with 1 or 3 channels.`,
    );
  const [channels, height, width] = layout === 'NCHW' ? shape : [shape[2]!, shape[0]!, shape[1]!];
  const seen = framed(picture, how);
  if (seen.width !== width || seen.height !== height || (channels !== 1 && channels !== 3))
    throw new Error(
      `image: does not fit the net after preprocessing, got ${seen.width} x ${seen.height} pixels, expected ${width} x ${height} and 1 or 3 channels.`,
    );
  const each = seen.width * seen.height;
  const out = new Float32Array(channels * each);
  for (let i = 0; i < each; i++)
    for (let c = 0; c < channels; c++) {
      const value = channels === 3 ? seen.data[3 * i + c]! : grey(seen.data.subarray(3 * i, 3 * i + 3));
      const mean = how.mean[c] ?? how.mean[0]!;
      const std = how.std[c] ?? how.std[0]!;
      out[layout === 'NCHW' ? c * each + i : channels * i + c] = (value * how.scale - mean) / std;
    }
  return out;
}

/** ITU-R 601-2 luma in fixed point, as Pillow's conversion to 'L'. */
function grey([red, green, blue]: Uint8Array): number {
  return (19595 * red! + 38470 * green! + 7471 * blue! + 0x8000) >> 16;
}
