/** Drops late answers: each call of the returned function makes all earlier tickets invalid. */
export type Latest = () => () => boolean;

export function createLatest(): Latest {
  let newest = 0;
  return () => {
    const mine = ++newest;
    return () => mine === newest;
  };
}

/** The message of whatever was thrown, as one sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
