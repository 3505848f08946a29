import { RandomState } from '../../util/random';

/** `samples` of `from` without replacement: a Fisher-Yates shuffle by RandomState(seed), cut. */
export function drawn<T>(from: readonly T[], samples: number, seed: number): T[] {
  const random = new RandomState(seed);
  const pool = [...from];
  for (let i = 0; i < samples; i++) {
    const j = i + Math.floor(random.nextDouble() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, samples);
}
