/**
 * One figure's numbers <-> planes of 16-bit codes, a code per cell, followed by marks. With a
 * floor, values are stored as differences. An interval is stored as distances from the stored
 * value: `below`, and `above` only if some interval is asymmetric.
 */
import { floorOf } from '../results/cell';
import type { Figure } from '../results/document';
import { isShownAlike } from '../results/format';
import { APART, dequantise, type Plane, quantise } from './quantise';

/** Links up to version 3 store ranges as the planes `least` and `most`. */
export const figurePlanes = ['values', 'below', 'above', 'least', 'most'] as const;
export type FigurePlane = (typeof figurePlanes)[number];
export type FigurePlanes = Partial<Record<FigurePlane, Plane>>;

type Numbers = Pick<Figure, 'values' | 'intervals' | 'ranges'>;
type Outline = Partial<Pick<Figure, 'levels' | 'floor' | 'percent'>>;

const startOf = (figure: Outline): number => floorOf(figure)?.value ?? 0;

export interface EncodeOptions {
  /** The numbers are multiples of this, if they were rounded. */
  readonly rounded?: number | undefined;
  /** Whether two numbers are displayed alike. */
  readonly shows?: (x: number, as: number) => boolean;
  /** Stores exact floats as float64. */
  readonly wide?: boolean | undefined;
}

/** Never rounds the named peak to a step. */
export function encodeFigure(
  figure: Outline & Numbers & Pick<Figure, 'peak'>,
  options: EncodeOptions = {},
): FigurePlanes {
  const exact = new Set(figure.peak ? [figure.peak.cell] : []);
  const first = encode(figure, exact, options);
  // If no code shows both ends of an interval (its value moved), the value is kept exactly.
  const before = exact.size;
  for (const half of [first.below, first.above]) {
    half?.codes.forEach((code, cell) => {
      if (code === APART) exact.add(cell);
    });
  }
  return exact.size === before ? first : encode(figure, exact, { ...options, wide: true });
}

/** `exact`: cells kept as floats. */
function encode(
  figure: Outline & Numbers,
  exact: ReadonlySet<number>,
  { rounded, wide, shows = (x, as) => isShownAlike(figure, x, as) }: EncodeOptions,
): FigurePlanes {
  const { values, intervals } = figure;
  const start = startOf(figure);
  const written = values.map((value) => (value === null ? null : value - start));
  // The value as read back: sums round.
  const same = (cell: number, x: number) =>
    start === 0
      ? shows(x, written[cell]!)
      : shows(start + x - start, written[cell]!) && shows(start + x, values[cell]!);
  const plane = quantise(written, same, { rounded, exact, wide });
  if (!intervals) return { values: plane };
  const centres = dequantise(plane);
  const below = intervals.map((pair, cell) => pair && written[cell]! - pair[0]);
  const above = intervals.map((pair, cell) => pair && pair[1] - written[cell]!);
  const isSymmetric = below.every(
    (half, cell) => half === null || Math.abs(half - above[cell]!) <= 1e-9 * Math.abs(half),
  );
  return {
    values: plane,
    below: quantise(
      below,
      (cell, half) => {
        const [low, high] = intervals[cell]!;
        const centre = centres[cell]!;
        return shows(centre - half, low) && (!isSymmetric || shows(centre + half, high));
      },
      { exact },
    ),
    ...(!isSymmetric && {
      above: quantise(above, (cell, half) => shows(centres[cell]! + half, intervals[cell]![1]), { exact }),
    }),
  };
}

/** The inverse of `encodeFigure`. Throws if a required plane is missing. */
export function decodeFigure(planes: FigurePlanes, figure: Outline = {}): Numbers {
  if (!planes.values)
    throw new Error('link: a figure has no numbers, got none, expected one plane of values.');
  const written = dequantise(planes.values);
  const start = startOf(figure);
  const values = written.map((value) => (value === null ? null : start + value));
  const ranges = rangesOf(planes);
  if (!planes.below) return { values, ...ranges };
  const below = dequantise(planes.below);
  const above = planes.above ? dequantise(planes.above) : below;
  const intervals = written.map((value, cell): [number, number] | null => {
    const [down, up] = [below[cell], above[cell]];
    if (value === null || typeof down !== 'number' || typeof up !== 'number') return null;
    return [value - down, value + up];
  });
  return { values, intervals, ...ranges };
}

function rangesOf({ least, most }: FigurePlanes): Pick<Numbers, 'ranges'> {
  if (!least || !most) return {};
  const highs = dequantise(most);
  const ranges = dequantise(least).map((low, cell): [number, number] | null => {
    const high = highs[cell];
    return low === null || typeof high !== 'number' ? null : [Math.min(low, high), high];
  });
  return { ranges };
}
