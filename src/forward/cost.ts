/** Floating point operations, 2 per multiply-add: matrix products and attention; norms and softmax are left out. */
import type { ModelSpec } from '../model/spec';
import type { ResolvedRun } from './resolve';
import type { Counters } from './types';

/** A full forward of T positions with every position unembedded. */
export function forwardFlops(spec: ModelSpec, T: number): number {
  const { dModel: D, dMlp: M, dVocab: V, nLayers: L } = spec;
  const perToken = 2 * (3 * D * D + D * D + 2 * D * M);
  const attention = 4 * D * ((T * (T + 1)) / 2);
  return L * (perToken * T + attention) + 2 * D * V * T;
}

export function naiveFlops(spec: ModelSpec, runs: readonly ResolvedRun[]): number {
  return runs.reduce((sum, run) => sum + forwardFlops(spec, run.tokens.length), 0);
}

/** Counters of an execution without a device. */
export function counterOfNaive(spec: ModelSpec, runs: readonly ResolvedRun[]): Counters {
  const flops = naiveFlops(spec, runs);
  return { dispatches: 0, submits: 0, readbacks: 0, flops, naiveFlops: flops };
}
