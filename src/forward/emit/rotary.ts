/** Rotary position embedding: rotates queries and keys by their positions, in place. */
import {
  type RotaryPositions,
  type RotaryTable,
  branchColumns,
  isBeyond,
  qkvWidth,
  rotaryTableOf,
} from '../../model/spec';
import { maxOf, minOf } from '../../util/lists';
import type { Sweep } from '../plan/sweep';
import type { ResolvedRun } from '../request/resolved';
import { type Ctx, dispatch, table } from './context';
import { samplesOf, sequencesOf } from './rows';
import { touch } from './touch';
import { Words } from './words';

/** The modulus when positions come from a table of their own. */
const WHOLE = 0xffffffff;

export function rotate(ctx: Ctx, l: number, qkv: string): void {
  const { spec } = ctx;
  if (rotaryTableOf(spec, l) === null) return;
  turn(ctx, l, qkv, 1);
  for (const branch of ['q', 'k'] as const) {
    const { begin: col, width } = branchColumns(spec, branch);
    touch(ctx, `blocks.${l}.attn.hook_rot_${branch}`, { tensor: qkv, stride: qkvWidth(spec), col, width });
  }
}

/** Turns queries and keys of a block that rotates, or with sign -1 their gradients back. */
export function turn(ctx: Ctx, l: number, qkv: string, sign: 1 | -1): void {
  const { spec, rows, sweep } = ctx;
  const { dims, pairs, tables } = spec.positions as RotaryPositions;
  const n = rotaryTableOf(spec, l)!;
  const [begin, end] = positionRange(sweep);
  const turns = tables[n]!;
  const isFar = sweep.members.some(({ run }) => isBeyond(turns, run.positions));
  const isMoved =
    isFar || sweep.members.some(({ run }) => run.positions.some((position, t) => position !== t));
  // Angles beyond the table's length follow the others.
  const shift = ({ positions }: ResolvedRun): number => (isBeyond(turns, positions) ? end - begin : 0);
  const own = `positions.${isFar ? n : 'all'}.${sequencesOf(sweep)}`;
  const at = isMoved ? table(ctx, own, () => positionTable(sweep, shift)) : rows.table;
  const angles = table(ctx, `angles.${n}.${sign}`, () => rotaryAngles(turns, isFar, [begin, end], sign));
  dispatch(ctx, 'rotary', {
    label: `blocks.${l} rotary`,
    buffers: [at, angles, qkv],
    params: {
      row0: 0,
      rows: rows.count,
      heads: spec.nHeads + spec.nKvHeads,
      K: spec.dHead,
      dims,
      ...(pairs === 'halves' ? { step: 1, apart: dims / 2 } : { step: 2, apart: 1 }),
      stride: qkvWidth(spec),
      col: 0,
      T: isMoved ? WHOLE : sweep.T,
      begin,
    },
  });
}

/** Every row's position plus its run's shift, in order of entry. */
function positionTable({ entering, members }: Sweep, shift: (run: ResolvedRun) => number): Uint32Array {
  const words = new Words();
  for (const { member, positions } of entering.flat()) {
    const of = members[member]!;
    const more = shift(of.run);
    for (let s = 0; s < samplesOf(of); s++) for (const t of positions) words.u32(of.run.positions[t]! + more);
  }
  return words.data;
}

/** The range [begin, end) that contains all rows' positions. */
function positionRange({ entering, members }: Sweep): readonly [number, number] {
  let [begin, end] = [Number.POSITIVE_INFINITY, 0];
  for (const here of entering)
    for (const { member, positions } of here ?? []) {
      const all = positions.map((t) => members[member]!.run.positions[t]!);
      begin = minOf(all, begin);
      end = maxOf(all, end - 1) + 1;
    }
  return [begin, end];
}

/**
 * Angles for positions [begin, end), [end - begin, dims/2, 2]: cos and sin of position * inverse
 * frequency, times the magnitude. Computed in float64, since a GPU's sine is good for 2^-11 near
 * zero and undefined far out. With sign -1 the sines are negated. `isFar`: also for the same
 * positions with the frequencies beyond the table's length.
 */
function rotaryAngles(
  turns: RotaryTable,
  isFar: boolean,
  [begin, end]: readonly [number, number],
  sign: 1 | -1,
): Float32Array {
  const { magnitude } = turns;
  const all = isFar ? [turns, turns.beyond!] : [turns];
  const angles = new Float32Array(2 * all.length * (end - begin) * turns.inverseFrequencies.length);
  let at = 0;
  for (const { inverseFrequencies } of all) {
    for (let t = begin; t < end; t++) {
      for (const frequency of inverseFrequencies) {
        angles[at++] = magnitude * Math.cos(t * frequency);
        angles[at++] = sign * magnitude * Math.sin(t * frequency);
      }
    }
  }
  return angles;
}
