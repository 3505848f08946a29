/** Drives a search's rounds with the float64 reference or any other executor: for tests of searches by themselves. */
import { createReferenceForward } from '../../forward/reference/forward';
import type { Golden } from '../../forward/testing';
import type { Run, RunForward, RunResult } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { Rounds, Stage } from '../experiment';

export function referenceOf({ spec, weights }: Golden): RunForward {
  return createReferenceForward(spec, (name) => weights.get(name)!);
}

/** An executor that runs no variation of the same prompts twice. */
export function remembering(forward: RunForward): RunForward {
  const known = new Map<string, RunResult>();
  return async (request, options) => {
    const prompts = request.runs.filter(({ tokens }) => tokens);
    const about = JSON.stringify(prompts);
    const keyOf = (run: Run) => about + JSON.stringify({ ...run, id: '' });
    const runs = request.runs.filter((run) => run.tokens || !known.has(keyOf(run)));
    const { runs: results, counters } = await forward({ ...request, runs }, options);
    for (const run of runs) known.set(keyOf(run), results[run.id]!);
    return {
      runs: Object.fromEntries(request.runs.map((run) => [run.id, known.get(keyOf(run))!])),
      counters,
    };
  };
}

/** The numbers of every case of a stage. */
export async function runStage<S, M>(
  stage: Pick<Stage<S, M, null>, 'cases' | 'plan' | 'measure'>,
  spec: S,
  model: ModelSpec,
  forward: RunForward,
): Promise<M[]> {
  const measured: M[] = [];
  for (let i = 0; i < stage.cases(spec); i++) {
    const runs = stage.plan(spec, model, i, null);
    const results = await forward({ runs, reuse: 'wavefront' });
    const finished = new Set(runs.map((run) => run.unit ?? ''));
    measured.push(stage.measure(spec, model, i, { runs: results.runs, finished, weights: {} }, null)!);
  }
  return measured;
}

export async function runRounds<S, F, R>(
  rounds: Rounds<S, F, R>,
  spec: S,
  model: ModelSpec,
  forward: RunForward,
): Promise<R> {
  let step = rounds.next([]);
  while (!step.done) step = rounds.next(await runStage(step.value.stage, spec, model, forward));
  return step.value;
}
