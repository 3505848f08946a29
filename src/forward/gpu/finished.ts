/** Results of sweeps so far, and what follows: runs without work, edits that changed nothing. */
import { push } from '../../util/lists';
import type { Plan, SweepSteps } from '../plan/steps';
import { markUnchanged } from '../plan/unchanged';
import type { ResolvedRun } from '../request/resolved';
import { idsReadBy, resultIds } from '../request/samples';
import type { RunResult } from '../request/contract';

export class FinishedSweeps {
  /** By id; grows with each sweep. */
  readonly runs: Record<string, RunResult> = {};
  private readonly sweeps = new Set<number>();
  /** Runs that nothing can have changed, by the run whose metric they share. */
  private readonly idle = new Map<ResolvedRun, ResolvedRun[]>();

  constructor(private readonly plan: Pick<Plan, 'aliases' | 'comparisons'>) {
    for (const [run, same] of plan.aliases) push(this.idle, same, run);
  }

  has(index: number): boolean {
    return this.sweeps.has(index);
  }

  add({ index, metrics }: SweepSteps, results: Readonly<Record<string, RunResult>>): void {
    this.sweeps.add(index);
    Object.assign(this.runs, results);
    for (const { run } of metrics) {
      this.compare(run);
      for (const idle of this.idle.get(run) ?? []) this.repeat(idle, run);
    }
  }

  private repeat(run: ResolvedRun, same: ResolvedRun): void {
    const ids = resultIds(run.id, run.samples);
    for (const [i, from] of idsReadBy(run, same).entries()) {
      const metric = this.runs[from]?.metric;
      if (metric) this.runs[ids[i]!] = { metric, captures: {} };
    }
    this.compare(run);
  }

  private compare(run: ResolvedRun): void {
    const comparison = this.plan.comparisons.get(run);
    if (comparison) markUnchanged(this.runs, run, comparison);
  }
}
