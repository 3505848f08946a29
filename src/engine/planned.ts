/** A stage's runs, which are counted before they are planned. */
import type { Stage } from '../experiments/experiment';
import type { Run } from '../forward/request/types';
import type { ModelSpec } from '../model/spec';
import { MOST } from '../util/bounds';

/** The runs of case i. Throws one sentence, before any of them is made, if they are too many. */
export function plannedRuns<Spec, Prepared>(
  stage: Pick<Stage<Spec, never, Prepared>, 'plan' | 'size'>,
  spec: Spec,
  model: ModelSpec,
  i: number,
  prepared: Prepared,
): Run[] {
  sizeOf(stage, spec, model, i);
  return stage.plan(spec, model, i, prepared);
}

/** What case i would take, if that can be much. Throws one sentence if it is too much. */
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
