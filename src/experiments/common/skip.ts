/** Cases left out, and why. */
import type { RowMetric } from '../../forward/request/contract';
import { isKnown, metricValue } from './metric';
import type { StudyCase, StudySpec } from './spec';

export interface Skipped {
  readonly skipped: { readonly said: number; readonly p: number };
}

/** Reports a case that `onlyKnown` leaves out; null if it counts. */
export function skipUnknown(spec: StudySpec, one: StudyCase, clean: RowMetric): Skipped | null {
  if (!spec.onlyKnown || isKnown(one, clean)) return null;
  return { skipped: { said: clean.argmax, p: metricValue('p', { ...clean, answer: clean.max }) } };
}

export function isSkipped<M extends object>(measured: M | Skipped): measured is Skipped {
  return 'skipped' in measured;
}

/** The numbers of the cases that count, with their case indices. */
export function counted<M extends object>(
  measured: readonly (M | Skipped | null)[],
): { readonly i: number; readonly numbers: M }[] {
  return measured.flatMap((numbers, i) => (numbers === null || isSkipped(numbers) ? [] : [{ i, numbers }]));
}
