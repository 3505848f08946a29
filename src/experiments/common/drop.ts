/** The loss of an edited clean run. */
import { choice } from '../contract/fields';
import type { Bounds } from './average';
import { metricBounds, metricUnit } from './metric';
import type { MetricName } from './spec';

/** drop: clean - edited. relative: drop as a share of clean. raw: the edited run's level. */
export type DropScale = 'drop' | 'relative' | 'raw';

export const dropScale = choice({
  label: 'Values',
  choices: {
    drop: 'what the answer loses',
    relative: 'the share of it that is lost',
    raw: 'what is left',
  },
  default: 'drop',
});

/** Smallest |clean level| that shares are taken of. */
const SMALLEST_LEVEL = 1e-6;

export function scaledDrop(scale: DropScale, clean: number, edited: number): number | null {
  if (scale === 'raw') return edited;
  if (scale === 'drop') return clean - edited;
  return Math.abs(clean) < SMALLEST_LEVEL ? null : (clean - edited) / clean;
}

/** Bounds of its draws; absent: unbounded. */
export function dropBounds(scale: DropScale, metric: MetricName, clean: number): Bounds | undefined {
  if (metric !== 'p') return undefined;
  if (scale !== 'relative') return metricBounds(metric, scale === 'raw' ? 'level' : 'difference');
  return clean < SMALLEST_LEVEL ? undefined : [1 - 1 / clean, 1];
}

export function dropUnit(scale: DropScale, metric: MetricName): string {
  if (scale === 'relative') return 'share of the clean level';
  return scale === 'drop' ? `${metricUnit(metric)} lost` : metricUnit(metric);
}

/** Reference levels of a map of drops. */
export function dropLevels(scale: DropScale, clean: number): { name: string; value: number }[] {
  return [scale === 'raw' ? { name: 'clean', value: clean } : { name: 'nothing lost', value: 0 }];
}

/** The unit of drops in a finding. */
export const dropText = (scale: DropScale, metric: MetricName): string =>
  scale === 'relative' ? 'of the clean level' : metricUnit(metric);
