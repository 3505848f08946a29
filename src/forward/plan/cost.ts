/** Floating point operations, 2 per multiply-add: matrix products and attention; norms and softmax are left out. */
import { denseHead } from '../../model/denseHead';
import { type ModelSpec, qkvWidth } from '../../model/spec';
import type { ResolvedRun } from '../request/resolved';
import type { Counters } from '../request/contract';

/** A full forward of T positions with every position unembedded. Windows are counted as if they saw everything. */
export function forwardFlops(spec: ModelSpec, T: number): number {
  const { nHeads: H, dModel: D, dHead: K, dMlp: M, dVocab: V, nLayers: L } = spec;
  const mlpMatrices = spec.mlp.gated ? 3 : 2;
  const perToken = 2 * (D * qkvWidth(spec) + H * K * D + mlpMatrices * D * M);
  const pairs = spec.attention.causal ? (T * (T + 1)) / 2 : T * T;
  const attention = 4 * H * K * pairs;
  const dense = denseHead(spec) ? 2 * D * D : 0;
  const unembed = spec.head === 'none' ? 0 : 2 * D * V;
  return L * (perToken * T + attention) + (dense + unembed) * T;
}

export function naiveFlops(spec: ModelSpec, runs: readonly ResolvedRun[]): number {
  const perRun = new Map<number, number>();
  return runs.reduce((sum, { tokens: { length: T }, samples }) => {
    const one = perRun.get(T) ?? forwardFlops(spec, T);
    perRun.set(T, one);
    return sum + one * (samples ? samples[1] - samples[0] : 1);
  }, 0);
}

/** Counters of an execution without a device. */
export function counterOfNaive(spec: ModelSpec, runs: readonly ResolvedRun[]): Counters {
  const flops = naiveFlops(spec, runs);
  return { dispatches: 0, submits: 0, readbacks: 0, flops, naiveFlops: flops };
}
