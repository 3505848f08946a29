/** Runs a search's rounds on any executor, for tests of searches alone. */
import { createReferenceForward } from '../../forward/reference/forward';
import type { Golden } from '../../forward/testing';
import type { Run } from '../../forward/request/types';
import type { RunForward, RunResult } from '../../forward/request/contract';
import type { ModelSpec } from '../../model/spec';
import type { Rounds, Stage } from '../experiment';

export function referenceOf({ spec, weights }: Golden): RunForward {
  return createReferenceForward(spec, (name) => weights.get(name)!);
}

/** An executor that never repeats a variation of the same prompts, however its cuts are shared. */
export function remembering(forward: RunForward): RunForward {
  const known = new Map<string, RunResult>();
  return async (request, options) => {
    const all = withoutSharedCuts(request.runs);
    const about = JSON.stringify(all.filter(({ tokens }) => tokens));
    const keyOf = ({ cuts = [], ...run }: Run) => {
      const edges = cuts.flatMap(({ senders, ...cut }) =>
        senders.map((from) => JSON.stringify({ from, cut })),
      );
      return about + JSON.stringify({ ...run, id: '' }) + edges.sort().join();
    };
    const runs = all.filter((run) => run.tokens || !known.has(keyOf(run)));
    const { runs: results, counters } = await forward({ ...request, runs }, options);
    for (const run of runs) known.set(keyOf(run), results[run.id]!);
    return { runs: Object.fromEntries(all.map((run) => [run.id, known.get(keyOf(run))!])), counters };
  };
}

/** The same runs, each with all shared cuts of its own. */
function withoutSharedCuts(runs: readonly Run[]): Run[] {
  const flat = new Map<string, Run>();
  for (const run of runs) {
    const base = run.base === undefined ? undefined : flat.get(run.base);
    const isPrompt = !base || base.tokens;
    flat.set(
      run.id,
      isPrompt ? run : { ...run, base: base.base!, cuts: [...(base.cuts ?? []), ...(run.cuts ?? [])] },
    );
  }
  return [...flat.values()];
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
