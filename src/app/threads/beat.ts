/** Heartbeat of the engine's thread. */

/** Sent among comlink's messages, which have ids. */
export const BEAT = 'beat';

/** Interval of beats and checks, in ms. */
export const BEAT_EVERY = 1000;
