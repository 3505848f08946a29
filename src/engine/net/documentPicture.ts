/** A picture as a document holds it: as a PNG, and once more in at most 1 KB for links. */
import type { ShownPicture } from '../../experiments/net/experiment';
import type { Pixels } from '../../model/picture';
import type { DocumentPicture } from '../../results/document';
import { toBase64 } from '../../util/base64';
import { encodePng } from './encodePng';

/** Longest edge in a document; a larger picture is shrunk by a whole factor. */
const LONGEST = 128;
const MOST_THUMB = 1024;

export function documentPicture({ name, sha256, width, height, data }: ShownPicture): DocumentPicture {
  const whole = { width, height, data };
  const longest = Math.max(width, height);
  const shown = shrunk(whole, Math.ceil(longest / LONGEST));
  return {
    name,
    ...(sha256 !== undefined && { sha256 }),
    width,
    height,
    png: toBase64(encodePng(shown)),
    thumb: toBase64(thumbOf(whole, Math.ceil(longest / LONGEST))),
  };
}

/** The largest that fits, with 16 levels per channel if it is no drawing in few colours. */
function thumbOf(picture: Pixels, least: number): Uint8Array {
  for (let factor = least; ; factor++) {
    const small = shrunk(picture, factor);
    for (const one of [small, { ...small, data: small.data.map((byte) => (byte & 0xf0) | (byte >> 4)) }]) {
      const png = encodePng(one);
      if (png.length <= MOST_THUMB) return png;
    }
  }
}

/** Means of blocks of `factor` pixels along each edge. */
function shrunk({ width, height, data }: Pixels, factor: number): Pixels {
  if (factor === 1) return { width, height, data };
  const [w, h] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const out = new Uint8Array(3 * w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let c = 0; c < 3; c++) {
        let [sum, count] = [0, 0];
        for (let j = y * factor; j < Math.min(height, (y + 1) * factor); j++)
          for (let i = x * factor; i < Math.min(width, (x + 1) * factor); i++) {
            sum += data[3 * (j * width + i) + c]!;
            count++;
          }
        out[3 * (y * w + x) + c] = Math.round(sum / count);
      }
  return { width: w, height: h, data: out };
}
