import { describe, expect, it } from 'vitest';
import { BEAT_EVERY } from './beat';
import { restartsAfter, type Watch, type WatchEvent, watched, watchStarted } from './watch';

/** A watch with its own time: one tick per second by default. */
class Clock {
  now = 1000;
  constructor(public watch: Watch) {}

  tell(event: WatchEvent): this {
    this.watch = watched(this.watch, event);
    return this;
  }

  /** Seconds of silence, ticked on time. */
  silence(seconds: number, visible = true): this {
    for (let s = 0; s < seconds; s++) this.tick(BEAT_EVERY, visible);
    return this;
  }

  /** Seconds in which the thread beats. */
  life(seconds: number): this {
    for (let s = 0; s < seconds; s++) this.tick(BEAT_EVERY).tell({ type: 'beat' });
    return this;
  }

  tick(after: number, visible = true): this {
    this.now += after;
    return this.tell({ type: 'tick', now: this.now, visible });
  }

  get verdict(): string {
    const { verdict } = this.watch;
    return verdict ? `${verdict.reason}, ${verdict.next}` : 'alive';
  }
}

const alive = (restarts = 0) => new Clock(watchStarted(restarts)).tick(0).tell({ type: 'beat' });

describe('silence', () => {
  it('of 30 s ends a thread, and a beat before that does not', () => {
    expect(alive().silence(29).verdict).toBe('alive');
    expect(alive().silence(30).verdict).toBe('silent, again');
    expect(alive().silence(29).tell({ type: 'beat' }).silence(29).verdict).toBe('alive');
  });

  it('does not count while the page is hidden, asleep or held up', () => {
    expect(alive().silence(600, false).verdict).toBe('alive');
    const asleep = alive();
    for (let night = 0; night < 5; night++) asleep.silence(5).tick(8 * 3600_000);
    expect(asleep.verdict).toBe('alive');
    const slow = alive();
    for (let i = 0; i < 100; i++) slow.tick(2.5 * BEAT_EVERY);
    expect(slow.verdict).toBe('alive');
    // What was counted before stays counted.
    expect(alive().silence(20).silence(60, false).silence(10).verdict).toBe('silent, again');
  });

  it('may last 5 minutes during work that was announced, and 30 s after it', () => {
    const blocked = () => alive().silence(20).tell({ type: 'blocks', id: 'verify' });
    expect(blocked().silence(279).verdict).toBe('alive');
    expect(blocked().silence(280).verdict).toBe('silent, again');
    const done = () => blocked().silence(100).tell({ type: 'settled', id: 'verify' });
    expect(done().silence(29).verdict).toBe('alive');
    expect(done().silence(30).verdict).toBe('silent, again');
    // The other one is still at work.
    const two = alive().tell({ type: 'blocks', id: 'a' }).tell({ type: 'blocks', id: 'b' });
    expect(two.tell({ type: 'settled', id: 'a' }).silence(299).verdict).toBe('alive');
  });

  it('before the first beat may be a slow line, and lasts longer', () => {
    const started = () => new Clock(watchStarted()).tick(0);
    expect(started().silence(119).verdict).toBe('alive');
    expect(started().silence(120).verdict).toBe('unstarted, nothing');
    expect(started().tell({ type: 'stopped' }).verdict).toBe('unstarted, nothing');
  });
});

describe('a cancel', () => {
  const cancelled = () => alive().tell({ type: 'cancel', id: 'run-1' });

  it('ends a silent thread after 5 s, and one that beats after 15 s', () => {
    expect(cancelled().silence(4).verdict).toBe('alive');
    expect(cancelled().silence(5).verdict).toBe('cancel, again');
    expect(cancelled().life(14).verdict).toBe('alive');
    expect(cancelled().life(15).verdict).toBe('cancel, again');
    // One long submit, then life again.
    expect(cancelled().silence(4).tell({ type: 'beat' }).life(5).verdict).toBe('alive');
    expect(alive().silence(20).tell({ type: 'cancel', id: 'run-1' }).silence(4).verdict).toBe('alive');
  });

  it('that is confirmed ends nothing', () => {
    expect(cancelled().silence(3).tell({ type: 'settled', id: 'run-1' }).silence(20).verdict).toBe('alive');
    expect(cancelled().tell({ type: 'settled', id: 'run-2' }).silence(5).verdict).toBe('cancel, again');
  });

  it('counts as ever during work that may block', () => {
    expect(cancelled().tell({ type: 'blocks', id: 'verify' }).silence(5).verdict).toBe('cancel, again');
  });

  it('is no fault of the model', () => {
    expect(restartsAfter(cancelled().silence(5).watch)).toBe(0);
  });
});

describe('a model that ends its thread', () => {
  /** Consecutive threads, each opened, then ended after some seconds of life. */
  const ends = (times: number, seconds: number, between: WatchEvent[] = []): string => {
    let clock = alive();
    for (let i = 1; ; i++) {
      for (const event of between) clock.tell(event);
      clock.tell({ type: 'opened' }).life(seconds).tell({ type: 'stopped' });
      if (i === times) return clock.verdict;
      clock = alive(restartsAfter(clock.watch));
    }
  };

  it('is opened again twice, then another one instead', () => {
    expect([1, 2, 3, 4].map((times) => ends(times, 5))).toEqual([
      'stopped, again',
      'stopped, again',
      'stopped, other',
      'stopped, again',
    ]);
  });

  it('begins anew after a minute without trouble, or if another is asked for', () => {
    expect(ends(9, 60)).toBe('stopped, again');
    expect(ends(3, 59)).toBe('stopped, other');
    expect(ends(9, 5, [{ type: 'asked' }])).toBe('stopped, again');
  });

  it('does not find calm in opening slowly', () => {
    let clock = alive();
    for (let i = 0; i < 2; i++) {
      clock.life(300).tell({ type: 'stopped' });
      clock = alive(restartsAfter(clock.watch));
    }
    expect(clock.tell({ type: 'opened' }).silence(30).verdict).toBe('silent, other');
  });

  it('is judged once', () => {
    const clock = alive().tell({ type: 'stopped' });
    const { watch } = clock;
    expect(clock.silence(60).tell({ type: 'beat' }).watch).toBe(watch);
  });
});
