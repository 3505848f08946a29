/**
 * Resizing as Pillow does it, to the byte (libImaging/Resample.c): a pass across and a pass down, in
 * fixed point with 22 bits. Processors of Hugging Face and torchvision call Pillow, so a net sees the
 * numbers that it was trained on.
 */
import type { Pixels, Resample } from '../../model/picture';

interface Filter {
  readonly support: number;
  at(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const FILTERS: Readonly<Record<Exclude<Resample, 'nearest'>, Filter>> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

export function resized(picture: Pixels, width: number, height: number, resample: Resample): Pixels {
  if (resample === 'nearest') return nearest(picture, width, height);
  const filter = FILTERS[resample];
  const across = width === picture.width ? picture : pass(picture, width, filter, true);
  return height === picture.height ? across : pass(across, height, filter, false);
}

function nearest({ width: w, height: h, data }: Pixels, width: number, height: number): Pixels {
  const columns = steps(w, width);
  const rows = steps(h, height);
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) out[3 * (y * width + x) + c] = data[3 * (rows[y]! * w + columns[x]!) + c]!;
  return { width, height, data: out };
}

/** Pillow adds the step up, which rounds otherwise than a product. */
function steps(from: number, to: number): number[] {
  const step = from / to;
  let at = step * 0.5;
  return Array.from({ length: to }, () => {
    const here = Math.min(from - 1, Math.floor(at));
    at += step;
    return here;
  });
}

const BITS = 22;

/** Weights of the source entries [begin, begin + weights.length) for every target entry. */
function weightsOf(
  from: number,
  to: number,
  { support, at }: Filter,
): { begin: number; weights: number[] }[] {
  const scale = from / to;
  const wide = Math.max(1, scale);
  const reach = support * wide;
  return Array.from({ length: to }, (_, x) => {
    const center = (x + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const own = Array.from({ length: end - begin }, (_, i) => at((i + begin - center + 0.5) / wide));
    const total = own.reduce((sum, weight) => sum + weight, 0);
    // Half is added away from zero, as C's conversion to an integer truncates.
    const weights = own.map((weight) => Math.trunc((weight / total) * 2 ** BITS + (weight < 0 ? -0.5 : 0.5)));
    return { begin, weights };
  });
}

function pass({ width, height, data }: Pixels, size: number, filter: Filter, isAcross: boolean): Pixels {
  const weights = weightsOf(isAcross ? width : height, size, filter);
  const [w, h] = isAcross ? [size, height] : [width, size];
  const out = new Uint8Array(3 * w * h);
  const step = isAcross ? 3 : 3 * width;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const { begin, weights: own } = weights[isAcross ? x : y]!;
      const first = isAcross ? 3 * (y * width + begin) : 3 * (begin * width + x);
      for (let c = 0; c < 3; c++) {
        let sum = 2 ** (BITS - 1);
        for (let i = 0; i < own.length; i++) sum += data[first + i * step + c]! * own[i]!;
        out[3 * (y * w + x) + c] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** BITS)));
      }
    }
  return { width: w, height: h, data: out };
}
