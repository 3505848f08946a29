/** Information contribution (Huang et al. 2025): the answer row's attention to each document. */
import type { Mask } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';

/** Positions [begin, end). */
export type Range = readonly [number, number];

/** Ranges of the token groups: documents by place, then the question. */
export interface Places {
  readonly documents: readonly Range[];
  readonly question: Range;
}

/**
 * [documents by place, question, elsewhere] of one layer: attention of query `row`, summed over a
 * group's keys, mean over heads. `pattern` is [H, T, T]. The groups sum to 1.
 */
export function contributions(
  pattern: Float32Array,
  { heads: H, T, row }: { readonly heads: number; readonly T: number; readonly row: number },
  { documents, question }: Places,
): number[] {
  const over = ([begin, end]: Range) => {
    let sum = 0;
    for (let h = 0; h < H; h++)
      for (let key = begin; key < end; key++) sum += pattern[(h * T + row) * T + key]!;
    return sum / H;
  };
  const groups = [...documents, question].map(over);
  const all = over([0, T]);
  return [...groups, groups.reduce((rest, part) => rest - part, all)];
}

/** Every token sees every other, in all layers. */
export function bothWaysMasks({ nLayers }: ModelSpec, T: number): Mask[] {
  const all = range(0, T);
  return range(0, nLayers).map((layer) => ({ layer, queries: all, keys: all, op: 'allow' }));
}
