/**
 * Wraps the planner in the build of `host.ts`: every import of `forward/plan/plan` from `src/`
 * resolves to this file (scripts/hostBuild.mjs). Planning is unchanged, but its time is added up.
 */
import { planning as product } from '../../src/forward/plan/plan';

export * from '../../src/forward/plan/plan';

/** Milliseconds in the planner, and finished plans. */
export const planned = { ms: 0, plans: 0 };

/** @public The build substitutes it for the planner. */
export function* planning(...asked: Parameters<typeof product>): ReturnType<typeof product> {
  const work = product(...asked);
  for (;;) {
    const began = performance.now();
    const step = work.next();
    planned.ms += performance.now() - began;
    if (step.done) {
      planned.plans++;
      return step.value;
    }
    yield;
  }
}
