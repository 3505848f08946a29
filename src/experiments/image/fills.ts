/**
 * What removed pixels become. All fills commute with a net's mean and deviation per channel, so they
 * are made of plain pixels. Numbers to compare: reference/images/fills.py.
 */
import { mean } from '../../statistics/stats';
import { standardNormals } from '../../util/random';
import { range } from '../../util/range';
import { cellsIn, type Picture, type Size } from './picture';

export const FILLS = {
  grey: 'half brightness',
  mean: "the picture's mean colour",
  blur: 'the picture, blurred',
  noise: "noise of the picture's mean and deviation",
} as const;
export type Fill = keyof typeof FILLS;

const NOISE_SEED = 7;

/** [C, H, W]: the picture with all of its pixels removed. */
export function filling(picture: Picture, fill: Fill): Float32Array {
  const { data, channels } = picture;
  const cells = cellsIn(picture);
  const each = (channel: number) => data.subarray(channel * cells, (channel + 1) * cells);
  if (fill === 'grey') return data.map(() => 0.5);
  if (fill === 'blur')
    return Float32Array.from(
      range(0, channels).flatMap((c) => [...blurred(each(c), picture, picture.height / 16)]),
    );
  const means = range(0, channels).map((c) => mean(each(c)));
  if (fill === 'mean') return data.map((_, i) => means[Math.floor(i / cells)]!);
  const deviations = means.map((own, c) =>
    Math.sqrt(mean(Float64Array.from(each(c), (x) => (x - own) ** 2))),
  );
  const noise = standardNormals(NOISE_SEED, data.length);
  return data.map((_, i) => {
    const c = Math.floor(i / cells);
    return means[c]! + deviations[c]! * noise[i]!;
  });
}

/** Gaussian of radius ceil(3 sigma), rows and then columns; border pixels are repeated. */
function blurred(plane: ArrayLike<number>, { height, width }: Size, sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const raw = range(-radius, radius + 1).map((at) => Math.exp(-(at * at) / (2 * sigma * sigma)));
  const total = raw.reduce((sum, one) => sum + one, 0);
  const kernel = raw.map((one) => one / total);
  const within = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  const along = (values: ArrayLike<number>, from: (y: number, x: number, step: number) => number) =>
    Float64Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      return kernel.reduce((sum, weight, k) => sum + weight * values[from(y, x, k - radius)]!, 0);
    });
  const down = along(plane, (y, x, step) => within(y + step, height) * width + x);
  return along(down, (y, x, step) => y * width + within(x + step, width));
}
