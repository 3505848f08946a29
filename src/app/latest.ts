/** Drops late answers: each call of the returned function invalidates earlier tickets. */
export function createLatest(): () => () => boolean {
  let newest = 0;
  return () => {
    const mine = ++newest;
    return () => mine === newest;
  };
}

/** Resolves at once, or `ms` later if calls follow faster than that, as in typing. */
export function createPause(ms: number): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = performance.now();
    const isBurst = now - last < ms;
    last = now;
    if (isBurst) await new Promise((resolve) => setTimeout(resolve, ms));
  };
}

/** The message of any thrown value, as one sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
