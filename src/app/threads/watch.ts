/**
 * Decides whether the engine's thread is alive, and what follows if not: events in, a decision out,
 * without clock or thread. Counts only time that the page's timer measured punctually while
 * visible: sleep, background tabs and debuggers never look like silence. Work that is known to
 * block the thread is announced, and then silence may last longer.
 */
import { BEAT_EVERY } from './beat';

/** Later ticks were delayed: the time before them does not count. */
const ON_TIME = 2 * BEAT_EVERY;
/** Silence that ends the thread. */
const SILENCE = 30_000;
/** The same during work that was announced as one that may block the thread. */
const BLOCKED = 300_000;
/** The same before the first beat: loading may be slow. */
const START = 120_000;
/** A cancel's patience with a silent thread, and with a beating one: a submit may be on the GPU. */
const CANCEL_SILENT = 5_000;
const CANCEL_BEATING = 15_000;
/** Trouble-free time with an open model that resets the restart count. */
const CALM = 60_000;
/** Most reopenings in a row. */
const MOST_RESTARTS = 2;

export type WatchEvent =
  | { readonly type: 'beat' }
  | { readonly type: 'tick'; readonly now: number; readonly visible: boolean }
  /** Work was asked to stop; it stopped, or failed. */
  | { readonly type: 'cancel'; readonly id: string }
  /** Work begins that may block the thread: it computes, or waits for the device, in one piece. */
  | { readonly type: 'blocks'; readonly id: string }
  /** Cancelled or blocking work ended, either way. */
  | { readonly type: 'settled'; readonly id: string }
  /** The thread closed itself or threw at top level. */
  | { readonly type: 'stopped' }
  /** Another model is requested: the last one's failures do not count. */
  | { readonly type: 'asked' }
  /** A model is open. */
  | { readonly type: 'opened' };

/** Why a thread ended; 'unstarted': it never beat. */
export type Reason = 'stopped' | 'silent' | 'cancel' | 'unstarted';

/** What follows: the same model again, another one, or nothing. */
export type Next = 'again' | 'other' | 'nothing';

export interface Verdict {
  readonly reason: Reason;
  readonly next: Next;
}

export interface Watch {
  readonly isHeard: boolean;
  /** Counted ms since the last beat. */
  readonly silent: number;
  /** Counted ms, with beats, since a model opened; null before. */
  readonly calm: number | null;
  /** Time of the last tick; null before the first. */
  readonly ticked: number | null;
  /** Counted ms since each unconfirmed cancel. */
  readonly cancels: ReadonlyMap<string, number>;
  /** Work in progress that may block. */
  readonly blocking: ReadonlySet<string>;
  /** Consecutive restarts for the model. */
  readonly restarts: number;
  /** Set once: the thread must end. */
  readonly verdict: Verdict | null;
}

/** A fresh thread, after `restarts` others for the model. */
export function watchStarted(restarts = 0): Watch {
  return {
    isHeard: false,
    silent: 0,
    calm: null,
    ticked: null,
    cancels: new Map(),
    blocking: new Set(),
    restarts,
    verdict: null,
  };
}

/** The watch after an event; final once there is a verdict. */
export function watched(watch: Watch, event: WatchEvent): Watch {
  if (watch.verdict) return watch;
  switch (event.type) {
    case 'beat':
      return { ...watch, isHeard: true, silent: 0 };
    case 'tick':
      return judged(counted(watch, event));
    case 'cancel':
      return { ...watch, cancels: new Map([...watch.cancels, [event.id, 0]]) };
    case 'blocks':
      return { ...watch, blocking: new Set([...watch.blocking, event.id]) };
    case 'settled':
      return settled(watch, event.id);
    case 'stopped':
      return ended(watch, watch.isHeard ? 'stopped' : 'unstarted');
    case 'asked':
      return { ...watch, restarts: 0 };
    case 'opened':
      return { ...watch, calm: 0 };
  }
}

function settled(watch: Watch, id: string): Watch {
  const cancels = new Map([...watch.cancels].filter(([other]) => other !== id));
  if (!watch.blocking.has(id)) return { ...watch, cancels };
  const blocking = new Set([...watch.blocking].filter((other) => other !== id));
  // An answer is as good as a beat, and comes before the beats that were held up.
  return { ...watch, cancels, blocking, silent: 0 };
}

/** Restarts counted for the next thread. A thread ended by a cancel is not to blame. */
export function restartsAfter({ restarts, verdict }: Watch): number {
  if (verdict?.next !== 'again') return 0;
  return verdict.reason === 'cancel' ? restarts : restarts + 1;
}

function counted(watch: Watch, { now, visible }: { readonly now: number; readonly visible: boolean }): Watch {
  const since = watch.ticked === null ? 0 : now - watch.ticked;
  if (!visible || since > ON_TIME) return { ...watch, ticked: now };
  const silent = watch.silent + since;
  const calm = watch.calm === null || silent > ON_TIME ? watch.calm : watch.calm + since;
  return {
    ...watch,
    ticked: now,
    silent,
    calm,
    cancels: new Map([...watch.cancels].map(([id, waited]) => [id, waited + since])),
    restarts: calm !== null && calm >= CALM ? 0 : watch.restarts,
  };
}

function judged(watch: Watch): Watch {
  const { isHeard, silent, cancels, blocking } = watch;
  const isLate = (waited: number): boolean =>
    waited >= CANCEL_BEATING || (waited >= CANCEL_SILENT && silent >= CANCEL_SILENT);
  if ([...cancels.values()].some(isLate)) return ended(watch, 'cancel');
  const patience = blocking.size > 0 ? BLOCKED : SILENCE;
  if (silent < (isHeard ? patience : START)) return watch;
  return ended(watch, isHeard ? 'silent' : 'unstarted');
}

function ended(watch: Watch, reason: Reason): Watch {
  return { ...watch, verdict: { reason, next: nextOf(watch, reason) } };
}

function nextOf({ restarts }: Watch, reason: Reason): Next {
  if (reason === 'unstarted') return 'nothing';
  if (reason === 'cancel') return 'again';
  return restarts < MOST_RESTARTS ? 'again' : 'other';
}
