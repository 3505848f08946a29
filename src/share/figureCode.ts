/**
 * One figure's numbers <-> planes of 16-bit codes, a code per cell. An interval is written as its distances from the
 * value: `below`, and `above` only where some interval is not symmetric. A range is written as its ends.
 */
import { plain } from '../results/format';
import type { Figure } from '../results/study';
import { APART, dequantise, type Plane, quantise } from './quantise';

export const figurePlanes = ['values', 'below', 'above', 'least', 'most'] as const;
export type FigurePlane = (typeof figurePlanes)[number];
export type FigurePlanes = Partial<Record<FigurePlane, Plane>>;

type Numbers = Pick<Figure, 'values' | 'intervals' | 'ranges'>;

/** Whether two numbers look the same where they are shown. */
type Shows = (x: number, as: number) => boolean;

/** Numbers are shown by `plain`: a code stands for a number if both look the same. */
const showsPlain: Shows = (x, as) => plain(x) === plain(as);

export function encodeFigure(numbers: Numbers, shows = showsPlain): FigurePlanes {
  const first = encode(numbers, new Set(), shows);
  // Where no distance shows both ends of an interval, because its value has moved, the value is kept exactly.
  const exact = new Set<number>();
  for (const half of [first.below, first.above]) {
    half?.codes.forEach((code, cell) => {
      if (code === APART) exact.add(cell);
    });
  }
  const planes = exact.size === 0 ? first : encode(numbers, exact, shows);
  const { ranges } = numbers;
  if (!ranges) return planes;
  const ends = ([0, 1] as const).map((end) =>
    quantise(
      ranges.map((pair) => pair?.[end] ?? null),
      (cell, x) => shows(x, ranges[cell]![end]),
    ),
  );
  return { ...planes, least: ends[0]!, most: ends[1]! };
}

function encode({ values, intervals }: Numbers, exact: ReadonlySet<number>, shows: Shows): FigurePlanes {
  const plane = quantise(values, (cell, x) => !exact.has(cell) && shows(x, values[cell]!));
  if (!intervals) return { values: plane };
  const centres = dequantise(plane);
  const below = intervals.map((pair, cell) => pair && values[cell]! - pair[0]);
  const above = intervals.map((pair, cell) => pair && pair[1] - values[cell]!);
  const isSymmetric = below.every(
    (half, cell) => half === null || Math.abs(half - above[cell]!) <= 1e-9 * Math.abs(half),
  );
  return {
    values: plane,
    below: quantise(below, (cell, half) => {
      const [low, high] = intervals[cell]!;
      const centre = centres[cell]!;
      return !exact.has(cell) && shows(centre - half, low) && (!isSymmetric || shows(centre + half, high));
    }),
    ...(!isSymmetric && {
      above: quantise(
        above,
        (cell, half) => !exact.has(cell) && shows(centres[cell]! + half, intervals[cell]![1]),
      ),
    }),
  };
}

/** The inverse of `encodeFigure`. Throws if a plane that must be there is missing. */
export function decodeFigure(planes: FigurePlanes): Numbers {
  if (!planes.values)
    throw new Error('link: a figure has no numbers, got none, expected one plane of values.');
  const values = dequantise(planes.values);
  const ranges = rangesOf(planes);
  if (!planes.below) return { values, ...ranges };
  const below = dequantise(planes.below);
  const above = planes.above ? dequantise(planes.above) : below;
  const intervals = values.map((value, cell): [number, number] | null => {
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
