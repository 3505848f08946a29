/**
 * Concepts that a picture's own pixels decide: a colour by its hue, and brightness. The hues are the
 * palette of `reference/images/scenes.py`.
 */
import type { Picture } from '../image/picture';

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

/** A zero or one per pixel. Throws one sentence if a colour is asked of a picture without colours. */
export function namedMask(name: NamedConcept, { data, channels, height, width }: Picture): Uint8Array {
  const plane = height * width;
  const isTone = name === 'dark' || name === 'bright';
  if (!isTone && channels !== 3)
    throw new Error(
      `concepts: '${name}' needs red, green and blue, got a picture of ${channels} channels, expected 3. Ask for dark or bright.`,
    );
  const shows = isTone ? toned(name, data, channels) : coloured(name, data);
  return Uint8Array.from({ length: plane }, (_, p) => Number(shows(p, plane)));
}

/** Whether pixel `p` shows it; a channel is `plane` numbers long. */
type Shows = (p: number, plane: number) => boolean;

const toned =
  (name: 'dark' | 'bright', pixels: Float32Array, channels: number): Shows =>
  (p, plane) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += pixels[c * plane + p]!;
    return name === 'dark' ? sum / channels < DARK : sum / channels > BRIGHT;
  };

const coloured =
  (name: Exclude<NamedConcept, 'dark' | 'bright'>, pixels: Float32Array): Shows =>
  (p, plane) => {
    const [r, g, b] = [
      toByte(pixels[p]!),
      toByte(pixels[plane + p]!),
      toByte(pixels[2 * plane + p]!),
    ] as const;
    if (Math.max(r, g, b) - Math.min(r, g, b) <= COLOURFUL) return false;
    return name === 'colourful' || nearest([r, g, b]) === name;
  };

/** Half to even, as PyTorch and numpy round. */
function toByte(value: number): number {
  const scaled = 255 * Math.min(1, Math.max(0, value));
  const below = Math.floor(scaled);
  if (scaled - below === 0.5) return below + (below % 2);
  return Math.round(scaled);
}

type Colour = readonly [red: number, green: number, blue: number];

/** The palette's colour whose hue is nearest. */
function nearest(colour: Colour): keyof typeof HUES {
  const [r, g, b] = hueOf(colour);
  let [best, least] = [COLOURS[0]!, Infinity];
  for (const [name, [R, G, B]] of PALETTE) {
    const distance = (r - R) ** 2 + (g - G) ** 2 + (b - B) ** 2;
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** The colour without its white, over its largest channel. */
function hueOf([r, g, b]: Colour): Colour {
  const least = Math.min(r, g, b);
  const spread = Math.max(r, g, b) - least;
  return [(r - least) / spread, (g - least) / spread, (b - least) / spread];
}

const PALETTE = COLOURS.map((name) => [name, hueOf(HUES[name])] as const);
