/**
 * Floating point operations, 2 per multiply-add, for matrix products and attention; norms and
 * softmax are not counted.
 */
import { denseHead } from '../../model/denseHead';
import { expertsOf, type ModelSpec, qkvWidth } from '../../model/spec';
import { range } from '../../util/range';
import type { ResolvedRun } from '../request/resolved';
import { sampleCount } from '../request/samples';
import type { Counters } from '../request/contract';
import { cached } from '../../util/cached';

/** A full forward of T positions, all unembedded. Windows are counted as full attention. */
export function forwardFlops(spec: ModelSpec, T: number): number {
  const { nHeads: H, dModel: D, dHead: K, dVocab: V, nLayers: L } = spec;
  const perToken = 2 * (D * qkvWidth(spec) + H * K * D);
  const mlps = range(0, L).reduce((sum, l) => sum + mlpFlops(spec, l), 0);
  const pairs = spec.attention.causal ? (T * (T + 1)) / 2 : T * T;
  const attention = 4 * H * K * pairs;
  const dense = denseHead(spec) ? 2 * D * D : 0;
  const unembed = spec.head === 'none' ? 0 : 2 * D * V;
  return L * (perToken * T + attention) + (mlps + dense + unembed) * T;
}

/** For one position in block l; for a mixture the router and the active experts. */
function mlpFlops(spec: ModelSpec, l: number): number {
  const { dModel: D, dMlp: M, mlp } = spec;
  const experts = expertsOf(spec, l);
  if (experts) return 2 * D * (experts.count + 3 * experts.active * experts.width);
  return 2 * (mlp.gated ? 3 : 2) * D * M;
}

export function naiveFlops(spec: ModelSpec, runs: readonly ResolvedRun[]): number {
  const perRun = new Map<number, number>();
  return runs.reduce((sum, { tokens: { length: T }, samples }) => {
    const one = cached(perRun, T, () => forwardFlops(spec, T));
    return sum + one * sampleCount(samples);
  }, 0);
}

/** Counters of an execution without a device. */
export function counterOfNaive(spec: ModelSpec, runs: readonly ResolvedRun[]): Counters {
  const flops = naiveFlops(spec, runs);
  return { dispatches: 0, submits: 0, readbacks: 0, flops, naiveFlops: flops };
}
