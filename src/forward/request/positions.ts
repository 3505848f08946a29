/** Positions of a run's tokens: 0 to T - 1 unless it says otherwise. Masks and windows go by the tokens' order. */
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';
import { checkRows } from './checks';
import type { Run } from './types';

/** One list per length, for the many runs that have nothing else. */
const everyPositions = new Map<number, readonly number[]>();

/** 0 to T - 1; the same array every time. */
export function everyPosition(T: number): readonly number[] {
  const positions = everyPositions.get(T) ?? range(0, T);
  everyPositions.set(T, positions);
  return positions;
}

/** One position per token: the base's, then the run's own table. Throws an Error if the table is wrong. */
export function resolvePositions(spec: ModelSpec, run: Run, before: readonly number[]): readonly number[] {
  if (!run.positions || run.positions.length === 0) return before;
  const where = `run ${quoted(run.id)}: positions`;
  const changed = [...before];
  for (const { rows, positions } of run.positions) {
    checkRows(where, rows, before.length);
    if (positions.length !== rows.length)
      throw new Error(`${where}: got ${positions.length} of ${rows.length} rows, expected one for each row.`);
    const bad = positions.find((p) => !Number.isInteger(p) || p < 0 || p >= spec.nCtx);
    if (bad !== undefined)
      throw new Error(`${where}: out of range, got ${bad}, expected 0..${spec.nCtx - 1}.`);
    for (const [i, row] of rows.entries()) changed[row] = positions[i]!;
  }
  return changed;
}

/** What a run reads at each of its positions: a token, and the position that it is given. */
export interface Inputs {
  readonly tokens: readonly number[];
  readonly positions: readonly number[];
}

/** First row at which two runs read another token or give it another position; -1 if there is none. */
export function firstOtherInput(a: Inputs, b: Inputs): number {
  return a.tokens.findIndex((token, t) => token !== b.tokens[t] || a.positions[t] !== b.positions[t]);
}
