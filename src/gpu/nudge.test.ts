import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isSlowToComplete, Nudge } from './nudge';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue that notices completions every `period` ms, or on a submit. */
function queueThatLooksEvery(period: number) {
  let waiting: (() => void)[] = [];
  const look = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  setInterval(look, period);
  let submits = 0;
  return {
    submit: () => {
      submits++;
      look();
      return undefined;
    },
    onSubmittedWorkDone: () => new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined))),
    submits: () => submits,
  };
}

it.each([
  [100, true],
  [2, false],
])('a queue that is looked at every %i ms is slow: %s', async (period, slow) => {
  const queue = queueThatLooksEvery(period);
  // The timer is about to fire, so the first answer comes at once.
  await vi.advanceTimersByTimeAsync(period - 1);
  const found = isSlowToComplete(queue, () => Date.now());
  await vi.advanceTimersByTimeAsync(1000);
  expect(await found).toBe(slow);
});

it('empty submits end a slow wait soon, and stop when nothing is awaited', async () => {
  const queue = queueThatLooksEvery(100);
  const nudge = new Nudge(queue);
  const began = Date.now();
  const both = Promise.all([1, 2].map(() => nudge.during(queue.onSubmittedWorkDone())));
  const took = both.then(() => Date.now() - began);
  await vi.advanceTimersByTimeAsync(50);
  expect(await took).toBeLessThanOrEqual(2);
  const submits = queue.submits();
  await vi.advanceTimersByTimeAsync(50);
  expect(queue.submits()).toBe(submits);
});

it('stops after a rejection, too', async () => {
  const queue = queueThatLooksEvery(100);
  await expect(new Nudge(queue).during(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await vi.advanceTimersByTimeAsync(50);
  expect(queue.submits()).toBe(0);
});
