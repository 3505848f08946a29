/** A picture as a net takes it: resized, cropped, scaled, normalised. */
import type { NetInput } from '../../model/net';
import { normalised, pictureShape, type Pixels, type Preprocessing } from '../../model/picture';
import { resized } from './resize';

/** Of ImageNet classifiers: the middle of the picture, mean and deviation of its pixels. Not for latents. */
export function usualPreprocessing(input: NetInput): Preprocessing {
  const { channels, height, width } = pictureShape(input)!;
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
export function netImage(picture: Pixels, how: Preprocessing, input: NetInput): Float32Array {
  const wanted = pictureShape(input);
  if (wanted === null)
    throw new Error(
      `image: this net takes no picture, got an input of [${input.shape}], expected one with 1 or 3 channels.`,
    );
  const { channels, height, width, at } = wanted;
  const seen = framed(picture, how);
  if (seen.width !== width || seen.height !== height || (channels !== 1 && channels !== 3))
    throw new Error(
      `image: does not fit the net after preprocessing, got ${seen.width} x ${seen.height} pixels, expected ${width} x ${height} and 1 or 3 channels.`,
    );
  const out = new Float32Array(channels * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < channels; c++) {
      const value = channels === 3 ? seen.data[3 * i + c]! : grey(seen.data.subarray(3 * i, 3 * i + 3));
      out[at(c, i)] = normalised(value * how.scale, c, how);
    }
  return out;
}

/** ITU-R 601-2 luma in fixed point, as Pillow's conversion to 'L'. */
function grey([red, green, blue]: Uint8Array): number {
  return (19595 * red! + 38470 * green! + 7471 * blue! + 0x8000) >> 16;
}
