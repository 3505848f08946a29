/** What an edited clean run lost. */
import { choice } from '../contract/fields';
import type { Bounds } from './average';
import { metricBounds, metricUnit } from './metric';
import type { MetricName } from './spec';

/** drop: clean - edited. relative: that as a share of the clean level. raw: the edited run's level. */
export type DropScale = 'drop' | 'relative' | 'raw';

/** The field `scale`. */
export const dropScale = choice({
  label: 'Values',
  choices: {
    drop: 'what the answer loses',
    relative: 'the share of it that is lost',
    raw: 'what is left',
  },
  default: 'drop',
});

/** A clean level nearer to 0 than this is nothing to take shares of. */
const SMALLEST_LEVEL = 1e-6;

export function scaledDrop(scale: DropScale, clean: number, edited: number): number | null {
  if (scale === 'raw') return edited;
  if (scale === 'drop') return clean - edited;
  return Math.abs(clean) < SMALLEST_LEVEL ? null : (clean - edited) / clean;
}

/** What draws of it lie within; absent where nothing bounds them. */
export function dropBounds(scale: DropScale, metric: MetricName, clean: number): Bounds | undefined {
  if (metric !== 'p') return undefined;
  if (scale !== 'relative') return metricBounds(metric, scale === 'raw' ? 'level' : 'difference');
  return clean < SMALLEST_LEVEL ? undefined : [1 - 1 / clean, 1];
}

export function dropUnit(scale: DropScale, metric: MetricName): string {
  if (scale === 'relative') return 'share of the clean level';
  return scale === 'drop' ? `${metricUnit(metric)} lost` : metricUnit(metric);
}

/** What a map of drops is compared with. */
export function dropLevels(scale: DropScale, clean: number): { name: string; value: number }[] {
  return [scale === 'raw' ? { name: 'clean', value: clean } : { name: 'nothing lost', value: 0 }];
}

/** What a finding counts drops in. */
export const dropText = (scale: DropScale, metric: MetricName): string =>
  scale === 'relative' ? 'of the clean level' : metricUnit(metric);
