/**
 * The 95 % interval of a difference of two independent numbers, from the intervals of each: MOVER
 * (Zou & Donner 2008). It needs no samples, and keeps the asymmetry of both intervals.
 */
import type { Interval } from './stats';

export interface Estimated {
  readonly value: number;
  readonly interval: Readonly<Interval>;
}

/** Of `a - b`; only for independent ones. */
export function differenceInterval(a: Estimated, b: Estimated): Interval {
  const difference = a.value - b.value;
  const [[lowA, highA], [lowB, highB]] = [a.interval, b.interval];
  return [
    difference - Math.hypot(a.value - lowA, highB - b.value),
    difference + Math.hypot(highA - a.value, b.value - lowB),
  ];
}
