/**
 * Long computations that let timers and messages through, so that a busy thread does not look like
 * a hung one.
 */

/** The longest stretch without a pause, in ms. */
const STRETCH = 100;

/**
 * Runs a generator to the end, pausing at its `yield`s when due. Rejects with the signal's reason
 * once aborted.
 */
export async function breathing<T>(work: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - since < STRETCH) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    since = performance.now();
  }
}

/** As `breathing`, without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
