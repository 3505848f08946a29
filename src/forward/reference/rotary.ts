/** Rotary positions in float64. */
import { branchHeads, isBeyond } from '../../model/spec';
import type { Pass } from './pass';

/**
 * Queries or keys [T, heads, K] of block l, the first `dims` columns of every head turned by the position's
 * angles; pairs are (i, i + dims/2). As they are where the model has no rotary positions.
 */
export function rotary(pass: Pass, l: number, branch: 'q' | 'k', x: Float64Array): Float64Array {
  const { spec } = pass;
  if (spec.positions.kind !== 'rotary') return x;
  const { dims, tables, tableOfLayer } = spec.positions;
  const table = tables[tableOfLayer[l]!]!;
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
      const [a, b] = [x[row * K + i]!, x[row * K + i + half]!];
      out[row * K + i] = a * cos - b * sin;
      out[row * K + i + half] = b * cos + a * sin;
    }
  }
  return pass.at(`blocks.${l}.attn.hook_rot_${branch}`, out);
}
