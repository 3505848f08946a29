/**
 * 500 real noise draws of one fact, which define the truth that intervals should cover, and samples
 * from them.
 */
import { readFileSync } from 'node:fs';
import type { RandomState } from '../../src/util/random';

export interface Pool {
  readonly tokens: number;
  readonly layers: number;
  readonly draws: number;
  /** Corrupted log p, by draw. */
  readonly low: Float64Array;
  /** Restored log p, [token x layer][draw]. */
  readonly cells: readonly Float64Array[];
  /** Cells that change when restored. */
  readonly live: readonly number[];
}

export function readPool(path = 'reference/statistics/pool.json'): Pool {
  const { tokens, layers, draws, cells, logp } = JSON.parse(readFileSync(path, 'utf8')) as {
    tokens: number;
    layers: number;
    draws: number;
    cells: number[];
    logp: string;
  };
  const bytes = Buffer.from(logp, 'base64');
  const row = (r: number) =>
    Float64Array.from({ length: draws }, (_, i) => bytes.readFloatLE(4 * (r * draws + i)));
  const low = row(0);
  const known = new Map(cells.map((cell, k) => [cell, row(k + 1)]));
  const all = Array.from({ length: tokens * layers }, (_, c) => known.get(c) ?? low);
  return { tokens, layers, draws, low, cells: all, live: cells };
}

/** `n` of the pool's draws, with replacement. */
export const resampled = (random: RandomState, { draws }: Pool, n: number): number[] =>
  Array.from({ length: n }, () => Math.floor(random.nextDouble() * draws));
