/** Long computations that let timers and messages through: a thread that is at work must not look like one that hangs. */

/** The longest stretch without a pause, in ms. */
const STRETCH = 100;

/** Runs to the end what pauses now and then (`yield`); rejects with the signal's reason once that is aborted. */
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

/** The same without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
