/** Positions of tokens: 0 to T - 1 by default. Masks and windows follow the order of tokens. */
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';
import { checkRows } from './checks';
import type { Run } from './types';
import { cached } from '../../util/cached';

/** One list per length, shared by the many runs with default positions. */
const everyPositions = new Map<number, readonly number[]>();

/** 0 to T - 1; always the same array. */
export function everyPosition(T: number): readonly number[] {
  return cached(everyPositions, T, () => range(0, T));
}

/** One position per token: the base's, then the run's own. Throws an Error if it is invalid. */
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

/** A run's input at each position: a token, and its position. */
export interface Inputs {
  readonly tokens: readonly number[];
  readonly positions: readonly number[];
}

/** First row at which two runs have different tokens or positions; -1 if none. */
export function firstOtherInput(a: Inputs, b: Inputs): number {
  return a.tokens.findIndex((token, t) => token !== b.tokens[t] || a.positions[t] !== b.positions[t]);
}
