/** The metrics' names, and a change of one in words. */
import type { Metric, TraceDocument } from '../results/document';
import { cellValue, differenceUnit, signed } from '../results/format';
import { measured } from '../results/phrases';

export const METRIC_NAMES: Record<Metric, string> = {
  p: 'probability',
  logprob: 'log-probability',
  'logit-diff': 'logit difference',
  rank: 'rank',
};

/** What is measured, as it stands beside a colour bar: 'p(Paris)', 'log p(Paris)'. */
export function metricTitle(document: TraceDocument): string {
  return measured(document)
    .map((piece) => piece.text)
    .join('')
    .replace(/^the /, '');
}

/** '+14 points', '−0.31 nats'. */
export function showChange(metric: Metric, change: number): string {
  return `${signed(change, (value) => cellValue(metric, value))} ${differenceUnit(metric)}`;
}
