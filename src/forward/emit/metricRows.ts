/** The final rows that have a metric. */
import type { Member } from '../plan/sweep';
import type { MetricRow } from '../request/types';
import type { Ctx } from './context';
import { samplesOf } from './rows';

interface MetricRows {
  readonly member: Member;
  readonly metric: MetricRow;
  /** The first sample's row, and the step to the next sample's. */
  readonly first: number;
  readonly step: number;
  readonly samples: number;
}

/** Visits the rows that have a metric, in order. */
export function eachMetric({ rows, sweep }: Ctx, visit: (rows: MetricRows) => void): void {
  for (const { member: m, positions, first } of rows.segments) {
    const member = sweep.members[m]!;
    const { metric } = member.run;
    const at = metric ? positions.indexOf(metric.row) : -1;
    if (metric && at >= 0)
      visit({ member, metric, first: first + at, step: positions.length, samples: samplesOf(member) });
  }
}
