/** One cell of a kind's map, whether its row is a token or a group of tokens. */
import type { Interval, KindResult } from './document';

export interface Cell {
  readonly restored: number;
  readonly effect: number;
  /** Lowest and highest restored value of the draws; null where they are not known. */
  readonly range: Interval | null;
  /** The restored value in each draw. */
  readonly draws: readonly number[] | null;
  /** Of the effect, over the noise. */
  readonly interval: Interval | null;
  /** No effect is shown there. */
  readonly hatched: boolean;
  /** Mean p(answer), where the metric is another. */
  readonly p: number | null;
}

/** `row` counts the tokens (`tokens` of them), then the groups. */
export function cellAt(result: KindResult, tokens: number, row: number, layer: number): Cell {
  const group = row < tokens ? null : result.groups[row - tokens]!;
  const { restored, effect, range, draws, interval, hatched } = group ?? rowOf(result, row);
  return {
    restored: restored[layer]!,
    effect: effect[layer]!,
    range: range?.[layer] ?? null,
    draws: draws?.[layer] ?? null,
    interval: interval?.[layer] ?? null,
    hatched: hatched?.[layer] ?? false,
    p: (group ? undefined : result.p?.[row]?.[layer]) ?? null,
  };
}

function rowOf({ restored, effect, range, draws, interval, hatched }: KindResult, row: number) {
  return {
    restored: restored[row]!,
    effect: effect[row]!,
    range: range?.[row],
    draws: draws?.[row],
    interval: interval?.[row],
    hatched: hatched?.[row],
  };
}
