/** What an executor is asked, and what it gives back. Plain data. */
import type { Run } from './types';

/** What is known of one logits row, enough for every metric: reduced on the GPU, finished in float64. */
export interface RowMetric {
  /** Logit of the answer and of the distractor. */
  readonly answer: number;
  readonly distractor: number;
  /** Largest logit and its token. */
  readonly max: number;
  readonly argmax: number;
  /** log(sum(exp(logit))). */
  readonly logSumExp: number;
  /** Tokens with a larger logit than the answer (0 = the answer is on top). */
  readonly rank: number;
  /** KL(reference || this row) in nats, where it was asked for. */
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
   * The run's own edits, masks, rewrites or callbacks changed nothing: its metric is its base's, bit for bit. 'known':
   * it follows from what they can reach; 'measured': they were carried out and made no difference. Absent if something
   * changed, or if it cannot be told: the base has no metric of the same row, answer and distractor.
   */
  readonly unchanged?: 'known' | 'measured';
  /** By site name. */
  readonly captures: Readonly<Record<string, Tensor>>;
}

export interface Counters {
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  /** Floating point operations executed, 2 per multiply-add: matrix products and attention. */
  readonly flops: number;
  /** What the naive loop would execute: each run a full forward with every position unembedded. */
  readonly naiveFlops: number;
}

/**
 * How runs with a base are executed.
 *  'wavefront': only what an edit can have changed is computed (the product's way).
 *  'forced': as wavefront, but cells known to be without effect are computed too (a test of the skipping).
 *  'naive': every run from scratch, alone (the oracle).
 */
export type Reuse = 'wavefront' | 'forced' | 'naive';

export interface ForwardRequest {
  readonly runs: readonly Run[];
  readonly reuse: Reuse;
}

export interface ForwardOptions {
  /** Stops before the next submit with an Error named 'AbortError'; two more may be under way. */
  readonly signal?: AbortSignal;
  /** Share of the request's FLOPs that is done, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  /** All results so far, each time a unit is complete. */
  readonly onUnit?: (unit: string, runs: Readonly<Record<string, RunResult>>) => void;
}

/** Executes a request: the GPU (`run.ts`) and the float64 reference (`reference.ts`) have this same form. */
export type RunForward = (request: ForwardRequest, options?: ForwardOptions) => Promise<ForwardResult>;

export interface ForwardResult {
  readonly runs: Readonly<Record<string, RunResult>>;
  readonly counters: Counters;
}
