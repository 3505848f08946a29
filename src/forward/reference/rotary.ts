/** Rotary positions in float64. */
import { branchHeads, isBeyond, rotaryTableOf } from '../../model/spec';
import type { Pass } from './pass';

/**
 * Queries or keys [T, heads, K] of block l, with the first `dims` columns of every head rotated by
 * the position's angles. Unchanged if the block does not rotate.
 */
export function rotary(pass: Pass, l: number, branch: 'q' | 'k', x: Float64Array): Float64Array {
  const turned = turn(pass, l, x, { heads: branchHeads(pass.spec, branch), sign: 1 });
  return turned ? pass.at(`blocks.${l}.attn.hook_rot_${branch}`, turned) : x;
}

/** Sign -1 turns the other way, which is the transpose. Null if the block does not rotate. */
export function turn(
  { spec, positions }: Omit<Pass, 'at'>,
  l: number,
  x: Float64Array,
  { heads, sign }: { readonly heads: number; readonly sign: 1 | -1 },
): Float64Array | null {
  const n = rotaryTableOf(spec, l);
  if (spec.positions.kind !== 'rotary' || n === null) return null;
  const { dims, pairs, tables } = spec.positions;
  const table = tables[n]!;
  const { magnitude } = table;
  const { inverseFrequencies } = isBeyond(table, positions) ? table.beyond! : table;
  const [K, half] = [spec.dHead, dims / 2];
  const out = x.slice();
  for (let row = 0; row < x.length / K; row++) {
    const position = positions[Math.floor(row / heads)]!;
    for (let i = 0; i < half; i++) {
      const angle = position * inverseFrequencies[i]!;
      const cos = magnitude * Math.cos(angle);
      const sin = sign * magnitude * Math.sin(angle);
      const [first, second] = pairs === 'halves' ? [i, i + half] : [2 * i, 2 * i + 1];
      const [a, b] = [x[row * K + first]!, x[row * K + second]!];
      out[row * K + first] = a * cos - b * sin;
      out[row * K + second] = b * cos + a * sin;
    }
  }
  return out;
}
