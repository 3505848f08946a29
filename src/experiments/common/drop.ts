/** What an edited clean run lost. */
import { z } from 'zod';
import type { Bounds } from './average';
import { metricBounds, metricUnit } from './metric';
import type { MetricName } from './spec';

/** drop: clean - edited. relative: that as a share of the clean level. raw: the edited run's level. */
export const dropScale = z.enum(['drop', 'relative', 'raw']);
export type DropScale = z.infer<typeof dropScale>;

/** The field `scale` of a form. */
export const dropOption = {
  name: 'scale',
  label: 'Values',
  kind: 'choice',
  choices: [
    { value: 'drop', label: 'what the answer loses' },
    { value: 'relative', label: 'the share of it that is lost' },
    { value: 'raw', label: 'what is left' },
  ],
  default: 'drop',
} as const;

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
