/**
 * Deadlines of half a minute in a test: until `vi.unstubAllGlobals`, they and the pauses between attempts are shorter by a
 * factor. Node's own fetch uses the same clock, for other times.
 */
import { vi } from 'vitest';

const real = globalThis.setTimeout;

export function fastClock(factor = 100): void {
  vi.stubGlobal('setTimeout', (action: () => void, ms: number, ...args: []) =>
    real(action, ms === 30_000 || ms <= 2000 ? ms / factor : ms, ...args),
  );
}

/** Waits so long by the true clock. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => real(resolve, ms));
