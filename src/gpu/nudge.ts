/**
 * Firefox checks whether the GPU is done on a timer of 100 ms, and on every submit (bug 1870699).
 * Empty submits during a wait make it check sooner.
 */

/** Milliseconds between two empty submits. */
const EVERY = 1;
/** An idle queue that answers later than this many ms depends on a slow timer. */
const SLOW = 20;

type Queue = Pick<GPUQueue, 'submit' | 'onSubmittedWorkDone'>;

/** Whether this browser's completions need nudging: times an idle queue. */
export async function isSlowToComplete(queue: Queue, now = () => performance.now()): Promise<boolean> {
  // The first answer may come at any point of the timer's period; the second takes a full period.
  await queue.onSubmittedWorkDone();
  const asked = now();
  await queue.onSubmittedWorkDone();
  return now() - asked > SLOW;
}

/** Nudges a queue while anything is awaited. */
export class Nudge {
  private waiting = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly queue: Pick<Queue, 'submit'>) {}

  /** Returns `work`, and nudges the queue until it settles. */
  async during<T>(work: Promise<T>): Promise<T> {
    if (this.waiting++ === 0) this.timer = setInterval(() => this.queue.submit([]), EVERY);
    try {
      return await work;
    } finally {
      if (--this.waiting === 0) clearInterval(this.timer);
    }
  }
}
