/** Drops late answers: each call of the returned function makes all earlier tickets invalid. */
export type Latest = () => () => boolean;

export function createLatest(): Latest {
  let newest = 0;
  return () => {
    const mine = ++newest;
    return () => mine === newest;
  };
}

/** Resolves at once, or where calls follow each other faster than this, `ms` later: a key is pressed, and another one. */
export function createPause(ms: number): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = performance.now();
    const isBurst = now - last < ms;
    last = now;
    if (isBurst) await new Promise((resolve) => setTimeout(resolve, ms));
  };
}

/** The message of whatever was thrown, as one sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
