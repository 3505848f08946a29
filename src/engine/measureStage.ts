/** A stage measured in one request, without events, progress or a store: for a few runs that somebody waits for. */
import type { Stage } from '../experiments/experiment';
import { prefixRuns } from '../forward/prefix';
import type { RunResult } from '../forward/types';
import { range } from '../util/range';
import type { RunningModel } from './running';

export async function measureStage<Spec, Measured>(
  stage: Stage<Spec, Measured, null>,
  spec: Spec,
  { spec: model, backend, execution }: Pick<RunningModel, 'spec' | 'backend' | 'execution'>,
): Promise<Measured[]> {
  const cases = range(0, stage.cases(spec));
  const plans = cases.map((i) => stage.plan(spec, model, i, null));
  const runs = plans.flatMap((plan, i) => prefixRuns(plan, `${i}/`));
  const { runs: results } = await backend.forward({ runs, reuse: execution });
  return cases.map((i) => {
    const own = Object.fromEntries(
      plans[i]!.map(({ id }): [string, RunResult] => [id, results[`${i}/${id}`]!]),
    );
    const measured = stage.measure(spec, model, i, { runs: own, finished: new Set(), weights: {} }, null);
    if (measured === null) throw new Error(`internal: case ${i}: nothing was measured.`);
    return measured;
  });
}
