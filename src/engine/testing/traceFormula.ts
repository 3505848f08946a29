/**
 * A lower bound on the FLOPs of a trace with GPT-2's shape if nothing is computed twice, two per
 * multiply-add: matrix products, attention and unembedding, R = 1 for one draw. docs/performance.md
 * has the formula in words.
 */
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';

/** FLOPs of three kinds, one layer at a time; the corruption begins at position `begin`. */
export function traceFormula(spec: ModelSpec, T: number, begin: number, draws: number): number {
  const { nLayers: L, dModel: d, dVocab: V } = spec;
  const unembed = 2 * d * V;
  /** Queries t to T - 1 over all earlier keys, in one block. */
  const attention = (t: number) => 4 * d * range(t, T).reduce((sum, q) => sum + q + 1, 0);
  const lastBlock = (t: number) => 4 * d * d * (T - t) + 20 * d * d + 4 * d * T;
  /** A state that changes at (l, t), from the next block on. */
  const suffix = (l: number, t: number): number => {
    if (l === L - 1) return t === T - 1 ? unembed : 0;
    const between = (L - 2 - l) * (24 * d * d * (T - t) + attention(t));
    return between + lastBlock(t) + unembed;
  };
  /** An attention output also passes through its own block's MLP, in one row. */
  const ownMlp = (l: number, t: number) => (l < L - 1 || t === T - 1 ? 16 * d * d : 0);
  const cells = range(0, L).flatMap((l) => range(begin, T).map((t) => 3 * suffix(l, t) + ownMlp(l, t)));
  const forward = L * (24 * d * d * T + attention(0)) + unembed;
  return (1 + draws) * forward + draws * cells.reduce((sum, cell) => sum + cell, 0);
}

/**
 * (run, position) pairs computed by such a trace: for each restored state the rows after it, once
 * if it is the last.
 */
export function traceRows({ nLayers: L }: ModelSpec, T: number, begin: number, draws: number): number {
  const after = range(begin, T).reduce((sum, t) => sum + T - t, 0);
  return (1 + draws) * T + 3 * draws * ((L - 1) * after + 1);
}

/** Rows of one sweep: its widest tensor, the MLP's, is at most 64 MiB. */
export const sweepRows = ({ dMlp }: ModelSpec): number => Math.floor(2 ** 26 / (4 * dMlp));
