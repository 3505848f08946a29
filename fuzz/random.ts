/** The random choices of one case, which depend only on seed, target and case number. */
import { RandomState } from '../src/util/random';
import { sha256OfText } from '../src/util/sha256';

export interface Random {
  /** The case number. */
  readonly index: number;
  /** An integer from 0 to `count` - 1. */
  below(count: number): number;
  chance(p: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function randomOf(seed: number, target: string, index: number): Random {
  const hash = sha256OfText(`${seed}/${target}/${index}`);
  const state = new RandomState(Number.parseInt(hash.slice(0, 8), 16));
  const below = (count: number) => Math.floor(state.nextDouble() * count);
  return {
    index,
    below,
    chance: (p) => state.nextDouble() < p,
    pick: (list) => list[below(list.length)]!,
  };
}
