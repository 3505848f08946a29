/** The page's logit lens: the likeliest token after every block, at every position. */
import { largestIds } from '../util/largest';
import { lensEdit, lensEntries, stateOf } from '../experiments/logit-lens/states';
import type { Run } from '../forward/request/types';
import type { RunResult } from '../forward/request/contract';
import { LOGITS } from '../model/siteKinds';
import type { ModelSpec } from '../model/spec';
import type { LensPlace, LensResult, NextTokenRow } from './api';

const lensId = (row: number, position: number): string => `lens.${row}.${position}`;

/** A clean run and one run per (row, position); row 0 is the embedding. `follow`: a token's id. */
export function lensRuns(spec: ModelSpec, tokens: readonly number[], follow = 0): Run[] {
  const runs: Run[] = [{ id: 'clean', tokens }];
  for (const [row, entry] of lensEntries(spec, 'resid_post').entries()) {
    for (const position of tokens.keys()) {
      runs.push({
        id: lensId(row, position),
        unit: 'lens',
        base: 'clean',
        edits: [lensEdit(spec, [position], stateOf('clean', entry))],
        metric: { row: position, answer: follow },
      });
    }
  }
  return runs;
}

/** Top-1 token of every cell, [L+1][T]. */
export function lensCells(
  spec: ModelSpec,
  T: number,
  runs: Readonly<Record<string, RunResult>>,
  decode: (id: number) => string,
): LensResult['cells'] {
  return Array.from({ length: spec.nLayers + 1 }, (_, row) =>
    Array.from({ length: T }, (_, position) => {
      const { argmax, max, logSumExp, answer, rank } = runs[lensId(row, position)]!.metric!;
      const followed = { p: Math.exp(answer - logSumExp), rank };
      return { id: argmax, text: decode(argmax), p: Math.exp(max - logSumExp), followed };
    }),
  );
}

/** A clean run, and one cell's with all its logits. */
export function lensTopRuns(spec: ModelSpec, tokens: readonly number[], { row, position }: LensPlace): Run[] {
  const entry = lensEntries(spec, 'resid_post')[row]!;
  return [
    { id: 'clean', tokens },
    {
      id: 'lens',
      base: 'clean',
      edits: [lensEdit(spec, [position], stateOf('clean', entry))],
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
