/**
 * Stands between the product and its planner in the build of `host.ts`: every import of `forward/plan/plan` from `src/`
 * leads here (scripts/hostBuild.mjs). Planning is what it is; its time is added up.
 */
import { planning as product } from '../../src/forward/plan/plan';

export * from '../../src/forward/plan/plan';

/** Milliseconds in the planner, and plans that were finished. */
export const planned = { ms: 0, plans: 0 };

/** @public The build puts it in the planner's place. */
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
