/**
 * The page's lens: the likeliest token after every block, at every position. The logit lens reads a
 * state as it is, the open Jacobian lens J h, at the layers that it has.
 */
import { transported } from '../experiments/common/lens';
import { lensEdit, lensEntries, stateOf } from '../experiments/logit-lens/states';
import type { EditSource, Run } from '../forward/request/types';
import type { RunResult, Tensor } from '../forward/request/contract';
import type { JacobianLens } from '../model/lens';
import { LOGITS } from '../model/siteKinds';
import { blockOutput } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { largestIds } from '../util/largest';
import { range } from '../util/range';
import type { LensPlace, LensResult, LensThrough, NextTokenRow } from './api';
import { noLens } from './lensMatrix';

const lensId = (row: number, position: number): string => `lens.${row}.${position}`;

/** What the last stream becomes for a row's cell; null: the lens cannot read this row. */
export type LensReading = (row: number) => ((position: number) => EditSource) | null;

/** Row 0 is the embedding; the others are blocks. */
const rowsOf = ({ nLayers }: ModelSpec): number[] => range(0, nLayers + 1);

interface Reader {
  readonly spec: ModelSpec;
  readonly lens: JacobianLens | null;
  readonly capture: (sites: readonly string[]) => Promise<Readonly<Record<string, Tensor>>>;
}

/** `rows`: those that will be read. Rejects with an Error if no Jacobian lens is open. */
export async function lensReading(
  { spec, lens, capture }: Reader,
  through: LensThrough,
  rows: readonly number[] = rowsOf(spec),
): Promise<LensReading> {
  const entries = lensEntries(spec, 'resid_post');
  const asItIs = (row: number) => () => stateOf('clean', entries[row]!);
  if (through === 'logit') return asItIs;
  if (!lens) throw noLens();
  const D = spec.dModel;
  const layers = rows
    .map((row) => row - 1)
    .filter((layer) => layer < spec.nLayers - 1 && lens.matrices.has(layer));
  const captured = layers.length > 0 ? await capture(layers.map((layer) => blockOutput(spec, layer))) : {};
  const carried = new Map(
    layers.map((layer) => {
      const { data } = captured[blockOutput(spec, layer)]!;
      return [layer, transported(lens.matrices.get(layer)!, data, D)];
    }),
  );
  return (row) => {
    // The last block's J is I.
    if (row === spec.nLayers) return asItIs(row);
    const states = carried.get(row - 1);
    return (states && ((t) => ({ kind: 'vector', values: states.slice(t * D, (t + 1) * D) }))) ?? null;
  };
}

/** A clean run and one run per (row, position). `follow`: a token's id. */
export function lensRuns(
  spec: ModelSpec,
  tokens: readonly number[],
  reading: LensReading,
  follow = 0,
): Run[] {
  const runs: Run[] = [{ id: 'clean', tokens }];
  for (const row of rowsOf(spec)) {
    const sourceAt = reading(row);
    if (!sourceAt) continue;
    for (const position of tokens.keys()) {
      runs.push({
        id: lensId(row, position),
        unit: 'lens',
        base: 'clean',
        edits: [lensEdit(spec, [position], sourceAt(position))],
        metric: { row: position, answer: follow },
      });
    }
  }
  return runs;
}

/** Top-1 token of every cell, [L+1][T]; null for rows that the lens cannot read. */
export function lensCells(
  spec: ModelSpec,
  T: number,
  runs: Readonly<Record<string, RunResult>>,
  decode: (id: number) => string,
): LensResult['cells'] {
  return rowsOf(spec).map((row) => {
    if (!runs[lensId(row, 0)]) return null;
    return range(0, T).map((position) => {
      const { argmax, max, logSumExp, answer, rank } = runs[lensId(row, position)]!.metric!;
      const followed = { p: Math.exp(answer - logSumExp), rank };
      return { id: argmax, text: decode(argmax), p: Math.exp(max - logSumExp), followed };
    });
  });
}

/** A clean run, and one cell's with all its logits. Throws an Error if the lens cannot read it. */
export function lensTopRuns(
  spec: ModelSpec,
  tokens: readonly number[],
  { row, position }: LensPlace,
  reading: LensReading,
): Run[] {
  const sourceAt = reading(row);
  if (!sourceAt)
    throw new Error(
      `lens: has no matrix for that layer, got ${row - 1}, expected one that it was fitted on.`,
    );
  return [
    { id: 'clean', tokens },
    {
      id: 'lens',
      base: 'clean',
      edits: [lensEdit(spec, [position], sourceAt(position))],
      captures: [{ site: LOGITS, rows: [position] }],
      metric: { row: position, answer: 0 },
    },
  ];
}

/** The `k` likeliest tokens of that cell, most likely first. */
export function lensTop({ metric, captures }: RunResult, k: number, decode: (id: number) => string) {
  const logits = captures[LOGITS]!.data;
  return largestIds(logits, k).map(
    (id): NextTokenRow => ({
      id,
      text: decode(id),
      logit: logits[id]!,
      p: Math.exp(logits[id]! - metric!.logSumExp),
    }),
  );
}
