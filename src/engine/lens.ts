/** The page's logit lens: the likeliest token after every block, at every position. */
import { lensEdit, lensEntries } from '../experiments/logit-lens/states';
import type { Run } from '../forward/request/types';
import type { RunResult } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import type { LensResult } from './api';

const lensId = (row: number, position: number): string => `lens.${row}.${position}`;

/** A clean run and one run per (row, position); row 0 is the embedding. */
export function lensRuns(spec: ModelSpec, tokens: readonly number[]): Run[] {
  const runs: Run[] = [{ id: 'clean', tokens }];
  for (const [row, { site }] of lensEntries(spec, 'resid_post').entries()) {
    for (const position of tokens.keys()) {
      runs.push({
        id: lensId(row, position),
        unit: 'lens',
        base: 'clean',
        edits: [lensEdit(spec, site, 'clean', [position])],
        metric: { row: position, answer: 0 },
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
      const { argmax, max, logSumExp } = runs[lensId(row, position)]!.metric!;
      return { id: argmax, text: decode(argmax), p: Math.exp(max - logSumExp) };
    }),
  );
}
