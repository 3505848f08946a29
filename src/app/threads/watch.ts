/**
 * Whether the engine's thread is alive, and what follows if it is not: events in, a decision out, no clock and no
 * thread in here. Time counts only as the page's own timer measured it on time, with the page visible, so that a
 * laptop's sleep, a background tab or a debugger never looks like silence.
 */
import { BEAT_EVERY } from './beat';

/** A tick that comes later than this after the last one was held up: the time between does not count. */
const ON_TIME = 2 * BEAT_EVERY;
/** Silence after which the thread is ended. */
const SILENCE = 30_000;
/** The same before the first beat: the thread's script may come over a slow line. */
const START = 120_000;
/** A cancel waits this long for a silent thread, and that long for one that beats: a submit may be on the GPU. */
const CANCEL_SILENT = 5_000;
const CANCEL_BEATING = 15_000;
/** After a model has been open for so long without trouble, earlier restarts are forgotten. */
const CALM = 60_000;
/** A model is opened again this often in a row. */
const MOST_RESTARTS = 2;

export type WatchEvent =
  | { readonly type: 'beat' }
  | { readonly type: 'tick'; readonly now: number; readonly visible: boolean }
  /** Work was asked to stop; it has, or it failed. */
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'settled'; readonly id: string }
  /** The thread closed itself, or threw at its top level. */
  | { readonly type: 'stopped' }
  /** Another model is asked for: what the last one did does not count against it. */
  | { readonly type: 'asked' }
  /** A model is open. */
  | { readonly type: 'opened' };

/** Why a thread ended; 'unstarted': nothing was ever heard of it. */
export type Reason = 'stopped' | 'silent' | 'cancel' | 'unstarted';

/** What follows: the same model again, another one in its place, or nothing that the page could do. */
export type Next = 'again' | 'other' | 'nothing';

export interface Verdict {
  readonly reason: Reason;
  readonly next: Next;
}

export interface Watch {
  readonly isHeard: boolean;
  /** Counted ms since the last beat. */
  readonly silent: number;
  /** Counted ms, with beats, since a model was opened; null before. */
  readonly calm: number | null;
  /** Time of the last tick; null before the first. */
  readonly ticked: number | null;
  /** Counted ms since each cancel that is not confirmed. */
  readonly cancels: ReadonlyMap<string, number>;
  /** Restarts in a row for the same model. */
  readonly restarts: number;
  /** Set once: the thread is to be ended. */
  readonly verdict: Verdict | null;
}

/** A thread that was just started, after `restarts` others for the same model. */
export function watchStarted(restarts = 0): Watch {
  return {
    isHeard: false,
    silent: 0,
    calm: null,
    ticked: null,
    cancels: new Map(),
    restarts,
    verdict: null,
  };
}

/** The watch after an event. With a verdict nothing changes any more. */
export function watched(watch: Watch, event: WatchEvent): Watch {
  if (watch.verdict) return watch;
  switch (event.type) {
    case 'beat':
      return { ...watch, isHeard: true, silent: 0 };
    case 'tick':
      return judged(counted(watch, event));
    case 'cancel':
      return { ...watch, cancels: new Map([...watch.cancels, [event.id, 0]]) };
    case 'settled':
      return { ...watch, cancels: new Map([...watch.cancels].filter(([id]) => id !== event.id)) };
    case 'stopped':
      return ended(watch, watch.isHeard ? 'stopped' : 'unstarted');
    case 'asked':
      return { ...watch, restarts: 0 };
    case 'opened':
      return { ...watch, calm: 0 };
  }
}

/** Restarts in a row that the next thread begins with. One that a cancel ended did nothing wrong. */
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
  const { isHeard, silent, cancels } = watch;
  const isLate = (waited: number): boolean =>
    waited >= CANCEL_BEATING || (waited >= CANCEL_SILENT && silent >= CANCEL_SILENT);
  if ([...cancels.values()].some(isLate)) return ended(watch, 'cancel');
  if (silent < (isHeard ? SILENCE : START)) return watch;
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
