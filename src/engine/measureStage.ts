/**
 * Measures a stage in one request, without events, progress or a store: for a few runs that the
 * user waits for.
 */
import type { Stage } from '../experiments/experiment';
import { splitByPrefix } from '../forward/request/prefix';
import { range } from '../util/range';
import { casePrefix, runsTogether } from './chunks';
import { plannedRuns } from './planned';
import type { RunningModel } from './running';

export async function measureStage<Spec extends object, Measured>(
  stage: Stage<Spec, Measured, null>,
  spec: Spec,
  { spec: model, backend, execution }: Pick<RunningModel, 'spec' | 'backend' | 'execution'>,
): Promise<Measured[]> {
  const cases = range(0, stage.cases(spec));
  const runs = runsTogether(cases.map((i) => ({ i, runs: plannedRuns(stage, spec, model, i, null) })));
  const { runs: results } = await backend.forward({ runs, reuse: execution });
  const byCase = splitByPrefix(results);
  return cases.map((i) => {
    const own = byCase.get(casePrefix(i))!;
    const measured = stage.measure(spec, model, i, { runs: own, finished: new Set(), weights: {} }, null);
    if (measured === null) throw new Error(`internal: case ${i}: nothing was measured.`);
    return measured;
  });
}
