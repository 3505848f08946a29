/** What comes back of a run. Plain data. */

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
