import type { RandomState } from './random';

/** A randomly shuffled copy (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: RandomState): T[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random.nextDouble() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
