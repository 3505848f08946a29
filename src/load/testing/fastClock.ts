/**
 * Shortens half-minute deadlines for a test: until `vi.unstubAllGlobals`, deadlines and the pauses
 * between attempts shrink by a factor. Node's own fetch uses the same clock, for other times.
 */
import { vi } from 'vitest';

const real = globalThis.setTimeout;

export function fastClock(factor = 100): void {
  vi.stubGlobal('setTimeout', (action: () => void, ms: number, ...args: []) =>
    real(action, ms === 30_000 || ms <= 2000 ? ms / factor : ms, ...args),
  );
}

/** Waits in real time. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => real(resolve, ms));
