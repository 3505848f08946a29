/** The pictures of a net: what a classifier is shown, or what a generator makes. */
import type { NetSpec } from '../../model/net';
import { standardNormals } from '../../util/random';
import { range } from '../../util/range';
import type { Picture } from '../image/picture';

/** Whether the net takes numbers and makes pictures. */
export const isGenerator = ({ input }: NetSpec): boolean => input.layout === null;

/** `count` latents of `size` numbers, as rows of `numpy.random.RandomState(seed).randn`. */
export function normalLatents(size: number, count: number, seed: number): Float32Array[] {
  const all = Float32Array.from(standardNormals(seed, size * count));
  return range(0, count).map((i) => all.subarray(size * i, size * (i + 1)));
}

/** The values of black and white in a generator's picture. */
export type Tones = readonly [black: number, white: number];

/** -1 to 1 if the picture comes out of a tanh; else 0 to 1. */
export const tonesOf = ({ sites }: NetSpec): Tones => (sites.at(-1)!.operator === 'Tanh' ? [-1, 1] : [0, 1]);

/** Sizes of a generator's picture. Throws one sentence if its answer is none. */
export function madeSize(net: NetSpec): readonly [channels: number, height: number, width: number] {
  const { shape, name } = net.sites.at(-1)!;
  if (shape.length === 3 && (shape[0] === 1 || shape[0] === 3)) return [shape[0], shape[1]!, shape[2]!];
  throw new Error(
    `concepts: the net makes no picture, got ${name} of [${shape}], expected [1 or 3, rows, columns]. Give it pictures, or open a generator.`,
  );
}

/** A generator's answer [channels, height, width] as a picture. */
export function madePicture(net: NetSpec, answer: Float32Array, [black, white]: Tones): Picture {
  const [channels, height, width] = madeSize(net);
  return { data: answer.map((value) => (value - black) / (white - black)), channels, height, width };
}
