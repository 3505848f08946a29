/** One cell of a figure. */
import type { Interval } from './parts';
import type { Figure, Level } from './document';

export interface Cell {
  readonly value: number | null;
  /** From the floor; null without one. */
  readonly difference: number | null;
  /** Of the difference if there is one, else of the value. */
  readonly interval: Interval | null;
  /** Smallest and largest draw or cluster. */
  readonly range: Interval | null;
  readonly draws: readonly number[] | null;
  /** Shows no effect: may be chance. */
  readonly uncertain: boolean;
}

export function cellOf(figure: Figure, cell: number): Cell {
  const value = figure.values[cell] ?? null;
  const floor = floorOf(figure);
  const interval = figure.intervals?.[cell] ?? null;
  const range = figure.ranges?.[cell] ?? null;
  const span = interval ?? range;
  return {
    value,
    difference: value === null || floor === null ? null : value - floor.value,
    interval,
    range,
    draws: figure.draws?.[cell] ?? null,
    // A range of values does not apply to a difference from another level.
    uncertain: figure.hatched?.[cell] ?? (floor === null && span !== null && includesZero(span)),
  };
}

export const levelOf = ({ levels }: Pick<Figure, 'levels'>, name: string): Level | null =>
  levels?.find((level) => level.name === name) ?? null;

/** The level where the scale starts; null: 0. */
export const floorOf = ({ levels, floor }: Pick<Figure, 'levels' | 'floor'>): Level | null =>
  floor === undefined ? null : levelOf({ levels }, floor);

/** Exactly [0, 0] is certain: nothing could change there. */
function includesZero([low, high]: Interval): boolean {
  return low <= 0 && high >= 0 && low !== high;
}

/** '[begin, end)' in words: 'layer 3', 'layers 1 to 3'. */
export function coveredText(name: string, [begin, end]: readonly [number, number]): string {
  return end - begin === 1 ? `${name} ${begin}` : `${name}s ${begin} to ${end - 1}`;
}
