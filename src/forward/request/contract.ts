/** The input and output of an executor, as plain data. */
import type { Run } from './types';

/** A row of logits reduced to what every metric needs: reduced on the GPU, finished in float64. */
export interface RowMetric {
  /** Logits of the answer and of the distractor. */
  readonly answer: number;
  readonly distractor: number;
  /** Largest logit and its token. */
  readonly max: number;
  readonly argmax: number;
  /** log(sum(exp(logit))). */
  readonly logSumExp: number;
  /** Tokens with a larger logit than the answer (0 = the answer is first). */
  readonly rank: number;
  /** KL(reference || this row) in nats, if requested. */
  readonly kl?: number;
}

export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

export interface RunResult {
  readonly metric?: RowMetric;
  /**
   * The run's own edits, masks, rewrites or callbacks changed nothing: its metric equals its base's
   * bit for bit. 'known': follows from what they can reach; 'measured': they were carried out
   * without effect. Absent if something changed, or if the base has no metric of the same row,
   * answer and distractor.
   */
  readonly unchanged?: 'known' | 'measured';
  /** By site name. */
  readonly captures: Readonly<Record<string, Tensor>>;
  /** By site name, in the shape of a capture. */
  readonly gradients?: Readonly<Record<string, Tensor>>;
}

export interface Counters {
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  /** Floating point operations executed, 2 per multiply-add: matrix products and attention. */
  readonly flops: number;
  /** FLOPs of the naive loop: each run a full forward with every position unembedded. */
  readonly naiveFlops: number;
}

/**
 * How to execute runs with a base.
 *  'wavefront': compute only what an edit can have changed (the product's way).
 *  'forced': as wavefront, but also compute cells known to have no effect (a test of the skipping).
 *  'naive': compute every run from scratch, alone (the oracle).
 */
export type Reuse = 'wavefront' | 'forced' | 'naive';

export interface ForwardRequest {
  readonly runs: readonly Run[];
  readonly reuse: Reuse;
}

export interface ForwardOptions {
  /** Stops before the next submit with an Error named 'AbortError'; two more may still finish. */
  readonly signal?: AbortSignal;
  /** Finished share of the request's FLOPs, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  /** Called with all results so far, each time a unit is complete. */
  readonly onUnit?: (unit: string, runs: Readonly<Record<string, RunResult>>) => void;
}

/**
 * Executes a request. The GPU (`gpu/run.ts`) and the float64 reference (`reference/forward.ts`)
 * share this signature.
 */
export type RunForward = (request: ForwardRequest, options?: ForwardOptions) => Promise<ForwardResult>;

export interface ForwardResult {
  readonly runs: Readonly<Record<string, RunResult>>;
  readonly counters: Counters;
}
