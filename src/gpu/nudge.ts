/**
 * Firefox looks whether the GPU is done by a timer of 100 ms, and besides whenever something is submitted (bug 1870699).
 * While a completion is awaited, empty submits make it look sooner.
 */

/** Milliseconds between two empty submits. */
const EVERY = 1;
/** An idle queue that takes longer than this to say so is looked at by a slow timer. */
const SLOW = 20;

type Queue = Pick<GPUQueue, 'submit' | 'onSubmittedWorkDone'>;

/** Whether this browser's completions have to be nudged: asks an idle queue when it is done. */
export async function isSlowToComplete(queue: Queue, now = () => performance.now()): Promise<boolean> {
  // The first answer may come at any moment between two looks of the timer; the second is a whole round of it later.
  await queue.onSubmittedWorkDone();
  const asked = now();
  await queue.onSubmittedWorkDone();
  return now() - asked > SLOW;
}

/** Nudges a queue for as long as anything is awaited. */
export class Nudge {
  private waiting = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly queue: Pick<Queue, 'submit'>) {}

  /** The same promise; until it is settled the queue is nudged. */
  async during<T>(work: Promise<T>): Promise<T> {
    if (this.waiting++ === 0) this.timer = setInterval(() => this.queue.submit([]), EVERY);
    try {
      return await work;
    } finally {
      if (--this.waiting === 0) clearInterval(this.timer);
    }
  }
}
