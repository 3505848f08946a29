/** Rotary positions backward: queries and keys turn the other way. */
import { branchHeads, rotaryTableOf } from '../../../model/spec';
import { affine } from '../math';
import { turn } from '../rotary';
import type { BackwardPass } from './pass';

export function rotaryBackward(
  back: BackwardPass,
  l: number,
  branch: 'q' | 'k',
  g: Float64Array,
): Float64Array {
  if (rotaryTableOf(back.spec, l) === null) return g;
  const before = back.at(`blocks.${l}.attn.hook_rot_${branch}`, g);
  return turn(back, l, before, { heads: branchHeads(back.spec, branch), sign: -1 })!;
}

/** Block l's queries or keys as the scores read them, after norm and rotation. */
export function turned({ spec, weight, values }: BackwardPass, l: number, branch: 'q' | 'k'): Float64Array {
  const attn = `blocks.${l}.attn`;
  if (rotaryTableOf(spec, l) !== null) return values(`${attn}.hook_rot_${branch}`).after;
  if (spec.attention.qkNorm === 'none') return values(`${attn}.hook_${branch}`).after;
  const name = `${attn}.${branch}_norm`;
  return affine(values(`${name}.hook_normalized`).after, weight(`${name}.w`), null, spec.norm.shift);
}
