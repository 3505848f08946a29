/** Rotary positions in float64. */
import { branchHeads, isBeyond, rotaryTableOf } from '../../model/spec';
import type { Pass } from './pass';

/**
 * Queries or keys [T, heads, K] of block l, with the first `dims` columns of every head rotated by
 * the position's angles. Unchanged if the block does not rotate.
 */
export function rotary(pass: Pass, l: number, branch: 'q' | 'k', x: Float64Array): Float64Array {
  const { spec } = pass;
  const n = rotaryTableOf(spec, l);
  if (spec.positions.kind !== 'rotary' || n === null) return x;
  const { dims, pairs, tables } = spec.positions;
  const table = tables[n]!;
  const { magnitude } = table;
  const { inverseFrequencies } = isBeyond(table, pass.positions) ? table.beyond! : table;
  const [heads, K, half] = [branchHeads(spec, branch), spec.dHead, dims / 2];
  const out = x.slice();
  for (let row = 0; row < x.length / K; row++) {
    const position = pass.positions[Math.floor(row / heads)]!;
    for (let i = 0; i < half; i++) {
      const angle = position * inverseFrequencies[i]!;
      const cos = magnitude * Math.cos(angle);
      const sin = magnitude * Math.sin(angle);
      const [first, second] = pairs === 'halves' ? [i, i + half] : [2 * i, 2 * i + 1];
      const [a, b] = [x[row * K + first]!, x[row * K + second]!];
      out[row * K + first] = a * cos - b * sin;
      out[row * K + second] = b * cos + a * sin;
    }
  }
  return pass.at(`blocks.${l}.attn.hook_rot_${branch}`, out);
}
