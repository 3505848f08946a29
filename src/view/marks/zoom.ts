/** The part of a picture on display, and how it moves. The picture's plot counts as a unit square. */
import type { Box } from './scene';

/** The part of the unit square on display: of side 1 / k, from (x, y) on. */
export interface View {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: View = { k: 1, x: 0, y: 0 };

/** One press of a button or a key. */
export const STEP = 1.5;
/** A press of the pointer that moves further is a drag. */
export const CLICK = 4;

const bounded = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** Enlarged around the middle, at most `most` times, and within the plot. */
export function enlarged(view: View, factor: number, most: number): View {
  const k = bounded(view.k * factor, 1, most);
  const shift = (1 / view.k - 1 / k) / 2;
  const at = (from: number) => bounded(from + shift, 0, 1 - 1 / k);
  return { k, x: at(view.x), y: at(view.y) };
}

/** Null: the key does not zoom. */
export function keyed(key: string, view: View, most: number): View | null {
  if (key === '+' || key === '=') return enlarged(view, STEP, most);
  if (key === '-') return enlarged(view, 1 / STEP, most);
  return key === '0' ? WHOLE : null;
}

/** The least move that shows a box of the plot. */
export function reaching(view: View, box: Box): View {
  const size = 1 / view.k;
  const at = (from: number, begin: number, length: number) =>
    bounded(Math.min(begin, Math.max(from, begin + length - size)), 0, 1 - size);
  return { ...view, x: at(view.x, box.x, box.width), y: at(view.y, box.y, box.height) };
}

/** As of d3-zoom: a pixel p of the whole picture lies at k p + (x, y). */
export interface Transform {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export function transformOf({ k, x, y }: View, plot: Box): Transform {
  return { k, x: plot.x - k * (plot.x + x * plot.width), y: plot.y - k * (plot.y + y * plot.height) };
}

export function viewOf({ k, x, y }: Transform, plot: Box): View {
  return { k, x: ((plot.x - x) / k - plot.x) / plot.width, y: ((plot.y - y) / k - plot.y) / plot.height };
}
