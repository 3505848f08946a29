import { describe, expect, it } from 'vitest';
import { atOnce, breathing } from './breathe';

/** Works for `ms`, pausing after each millisecond. */
function* working(ms: number): Generator<void, string> {
  for (let i = 0; i < ms; i++) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('a long computation', () => {
  it('lets timers through on the way', async () => {
    let beats = 0;
    const timer = setInterval(() => beats++, 10);
    expect(await breathing(working(450))).toBe('done');
    clearInterval(timer);
    expect(beats).toBeGreaterThanOrEqual(3);
    expect(atOnce(working(1))).toBe('done');
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 0);
    await expect(breathing(working(10_000), stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
