/** The sign of life of the engine's thread. */

/** Comes among comlink's messages, which have ids. */
export const BEAT = 'beat';

/** The thread beats, and the page looks, this often, in ms. */
export const BEAT_EVERY = 1000;
