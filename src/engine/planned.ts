/** A stage's runs, counted before they are planned. */
import type { Stage } from '../experiments/experiment';
import type { Run } from '../forward/request/types';
import type { ModelSpec } from '../model/spec';
import { MOST } from '../util/bounds';

interface Planned {
  readonly prepared: unknown;
  readonly runs: Run[];
}

/**
 * Runs of stages with one case, by spec and stage: a run usually follows its estimate, and plans
 * are kept by their runs.
 */
const remembered = new WeakMap<object, WeakMap<object, Planned>>();

/**
 * The runs of case i; for a single case the same list each time. Throws an Error, before creating
 * any, if there are too many.
 */
export function plannedRuns<Spec extends object, Prepared>(
  stage: Pick<Stage<Spec, never, Prepared>, 'cases' | 'plan' | 'size'>,
  spec: Spec,
  model: ModelSpec,
  i: number,
  prepared: Prepared,
): Run[] {
  sizeOf(stage, spec, model, i);
  if (stage.cases(spec) > 1) return stage.plan(spec, model, i, prepared);
  const stages = remembered.get(spec) ?? new WeakMap<object, Planned>();
  remembered.set(spec, stages);
  const known = stages.get(stage);
  if (known && known.prepared === prepared) return known.runs;
  const runs = stage.plan(spec, model, i, prepared);
  stages.set(stage, { prepared, runs });
  return runs;
}

/** The size of case i, if it can be large. Throws an Error if it is too large. */
export function sizeOf<Spec>(
  { size }: Pick<Stage<Spec, never, never>, 'size'>,
  spec: Spec,
  model: ModelSpec,
  i: number,
): ReturnType<NonNullable<typeof size>> | null {
  const found = size?.(spec, model, i) ?? null;
  if (found && found.runs > MOST.runs) {
    throw new Error(
      `question: is too large, got ${found.runs.toLocaleString('en-US')} runs for one prompt, expected at most ` +
        `${MOST.runs.toLocaleString('en-US')}. Ask for fewer draws, a shorter prompt or fewer parts of the model.`,
    );
  }
  return found;
}
