/**
 * Stands between the product and its planner in the build of `host.ts`: every import of `forward/plan/plan` from `src/`
 * leads here (scripts/hostBuild.mjs). Planning is what it is; its CPU time is added up.
 */
import { planning as product } from '../../src/forward/plan/plan';
import { cpuTime } from '../../src/util/testing';

export * from '../../src/forward/plan/plan';

/** Milliseconds between two looks at the time. */
const STRETCH = 10;

/** Milliseconds of CPU time in the planner, and plans that were finished. */
export const planned = { ms: 0, plans: 0 };

/** @public The build puts it in the planner's place. */
export function* planning(...asked: Parameters<typeof product>): ReturnType<typeof product> {
  const work = product(...asked);
  for (;;) {
    const began = cpuTime();
    // Asking for the time after every step would cost more than many a step does.
    const end = performance.now() + STRETCH;
    let step = work.next();
    while (!step.done && performance.now() < end) step = work.next();
    planned.ms += cpuTime() - began;
    if (step.done) {
      planned.plans++;
      return step.value;
    }
    yield;
  }
}
