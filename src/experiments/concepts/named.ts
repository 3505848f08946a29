/**
 * Concepts that a picture's own pixels decide: a colour by its hue, and brightness. The hues are the
 * palette of `reference/images/scenes.py`.
 */
import { mean } from '../../statistics/stats';

const HUES = {
  red: [214, 48, 44],
  green: [52, 168, 66],
  blue: [48, 84, 214],
  yellow: [228, 196, 44],
} as const;
const COLOURS = Object.keys(HUES) as (keyof typeof HUES)[];
/** A pixel is colourful if its largest and smallest channel differ by more, of 255. */
const COLOURFUL = 48;
/** Of the channels' mean, 0 to 1. */
const DARK = 0.15;
const BRIGHT = 0.85;

/** Labels by the names that questions use. */
export const NAMED = {
  red: 'red',
  green: 'green',
  blue: 'blue',
  yellow: 'yellow',
  colourful: 'any colour, not grey',
  dark: `dark: mean of the channels below ${DARK}`,
  bright: `bright: mean of the channels above ${BRIGHT}`,
} as const;
export type NamedConcept = keyof typeof NAMED;

/** A picture's colours, 0 to 1: [channels, height, width], row by row. */
export interface Picture {
  readonly pixels: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A zero or one per pixel. Throws one sentence if a colour is asked of a picture without colours. */
export function namedMask(name: NamedConcept, { pixels, channels, height, width }: Picture): Uint8Array {
  const plane = height * width;
  const isTone = name === 'dark' || name === 'bright';
  if (!isTone && channels !== 3)
    throw new Error(
      `concepts: '${name}' needs red, green and blue, got a picture of ${channels} channels, expected 3. Ask for dark or bright.`,
    );
  const mask = new Uint8Array(plane);
  const colour = new Float64Array(channels);
  for (let p = 0; p < plane; p++) {
    for (let c = 0; c < channels; c++) colour[c] = pixels[c * plane + p]!;
    mask[p] = Number(isTone ? isToned(name, mean(colour)) : isColoured(name, colour.map(toByte)));
  }
  return mask;
}

const isToned = (name: 'dark' | 'bright', tone: number): boolean =>
  name === 'dark' ? tone < DARK : tone > BRIGHT;

/** Half to even, as PyTorch and numpy round. */
function toByte(value: number): number {
  const scaled = 255 * Math.min(1, Math.max(0, value));
  const below = Math.floor(scaled);
  if (scaled - below === 0.5) return below + (below % 2);
  return Math.round(scaled);
}

function isColoured(name: Exclude<NamedConcept, 'dark' | 'bright'>, bytes: ArrayLike<number>): boolean {
  const [r, g, b] = [bytes[0]!, bytes[1]!, bytes[2]!];
  const spread = Math.max(r, g, b) - Math.min(r, g, b);
  if (spread <= COLOURFUL) return false;
  if (name === 'colourful') return true;
  const hue = hueOf([r, g, b]);
  const distances = COLOURS.map((one) => {
    const other = PALETTE[one];
    return (hue[0] - other[0]) ** 2 + (hue[1] - other[1]) ** 2 + (hue[2] - other[2]) ** 2;
  });
  return COLOURS[distances.indexOf(Math.min(...distances))] === name;
}

/** The colour without its white, over its largest channel. */
function hueOf([r, g, b]: readonly [number, number, number]): readonly [number, number, number] {
  const least = Math.min(r, g, b);
  const spread = Math.max(r, g, b) - least;
  return [(r - least) / spread, (g - least) / spread, (b - least) / spread];
}

const PALETTE = Object.fromEntries(COLOURS.map((name) => [name, hueOf(HUES[name])])) as Readonly<
  Record<keyof typeof HUES, readonly [number, number, number]>
>;
