/**
 * The logit lens as an intervention: the residual stream after each block is put in the place of the last block's
 * output, so the final norm and the unembedding read it. Nothing else has to be computed again.
 */
import type { Run, RunResult } from '../forward/types';
import { blockOutput } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import type { LensResult } from './api';

const lensId = (layer: number, position: number): string => `lens.${layer}.${position}`;

/** A clean run and one run per (layer, position); layer -1 is the embedding. */
export function lensRuns(spec: ModelSpec, tokens: readonly number[]): Run[] {
  const runs: Run[] = [{ id: 'clean', tokens }];
  const last = blockOutput(spec, spec.nLayers - 1);
  for (let layer = -1; layer < spec.nLayers; layer++) {
    const site = layer < 0 ? 'blocks.0.hook_resid_pre' : blockOutput(spec, layer);
    for (const position of tokens.keys()) {
      runs.push({
        id: lensId(layer, position),
        unit: 'lens',
        base: 'clean',
        edits: [{ site: last, rows: [position], op: 'set', source: { kind: 'run', run: 'clean', site } }],
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
      const { argmax, max, logSumExp } = runs[lensId(row - 1, position)]!.metric!;
      return { id: argmax, text: decode(argmax), p: Math.exp(max - logSumExp) };
    }),
  );
}
