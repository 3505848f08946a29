/**
 * The vocabulary of forward passes: runs, edits and captures. Plain data, so that a
 * request can be printed, planned, sent to a worker, executed on the GPU or by the float64 reference.
 *
 * A run graph (TERMINOLOGY) is a list of runs; an edit may take its value from an earlier run.
 * Edits at one site apply in list order; a capture is the value after that run's edits; positions are
 * absolute (after BOS) and never negative.
 */

export type EditOp = 'set' | 'add' | 'scale' | 'lerp' | 'clamp' | 'project_out' | 'set_along' | 'snippet';

/** Where an edit's new value v comes from. */
export type EditSource =
  /** The same number everywhere. */
  | { readonly kind: 'constant'; readonly value: number }
  /**
   * One value per selected column (every head and row alike), per head and column (every row alike), or per row,
   * head and column; row-major.
   */
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  /**
   * The same site (or `site`) and columns of an earlier run. Row i of the edit takes row `rows[i]` of that run, by default
   * the row of the same position; with `rows` that run may have another number of tokens.
   */
  | { readonly kind: 'run'; readonly run: string; readonly site?: string; readonly rows?: readonly number[] }
  /** The mean of the same site, rows and columns over several earlier runs. */
  | { readonly kind: 'mean'; readonly runs: readonly string[] }
  /** `scale` x standard normal numbers of draw `draw` of a seeded stream (see util/random). */
  | {
      readonly kind: 'noise';
      readonly stream: 'mt19937-polar';
      readonly seed: number;
      readonly scale: number;
      readonly draw: number;
    };

/** One row of an intervention table. x is the site's value, v the source's. */
export interface Edit {
  /** Full hook site name. */
  readonly site: string;
  /** Positions that change; for scores and pattern: query positions. */
  readonly rows: readonly number[];
  /** One head only; all heads if absent. Refused where the site has no head axis. */
  readonly head?: number;
  /** Columns [begin, end) within the head (or within the row where there is no head axis); all if absent. */
  readonly columns?: readonly [number, number];
  /**
   * set x=v; add x=x+alpha*v; scale x=alpha*x; lerp x=(1-alpha)x+alpha*v; clamp x=min(max(x,lo),hi); and per row and
   * head project_out x=x-(x.v)v/(v.v); set_along x=x+((v-x).d)d/(d.d), which makes x agree with v along the direction d
   * and leaves what is orthogonal to d. A subspace is one edit per vector of an orthogonal basis (`subspace.ts`).
   * snippet: x = edit(x, row, col) of `code`, on the GPU only.
   */
  readonly op: EditOp;
  /** Of add, scale and lerp. Default 1. */
  readonly alpha?: number;
  /** [lo, hi] of clamp. */
  readonly range?: readonly [number, number];
  /** d of set_along: one number per selected column (every head alike), or per head and column. */
  readonly direction?: readonly number[];
  /**
   * Of snippet: WGSL with `fn edit(x: f32, row: u32, col: u32) -> f32`, row being the position and col the column within
   * its row (heads side by side); other functions and constants beside it; no loops (`snippet.ts`).
   */
  readonly code?: string;
  /** v. Absent for scale, clamp and snippet. */
  readonly source?: EditSource;
}

/**
 * One row of the table of attention masks: scores of (query, key) pairs of one block, changed before the softmax, which
 * renormalises over what is left. Masks come after the run's edits of `hook_attn_scores`, in table order.
 */
export interface Mask {
  readonly layer: number;
  /** One query head only; all heads if absent. */
  readonly head?: number;
  readonly queries: readonly number[];
  readonly keys: readonly number[];
  /**
   * add (default): score + value. allow: the score as if the model had no mask, so that a query sees a later key, one
   * beyond the window, or one that an earlier row of the table masked.
   */
  readonly op?: 'add' | 'allow';
  /** Of add. Default -Infinity: those keys get probability exactly 0. */
  readonly value?: number;
}

/**
 * What a query's pattern becomes, over the keys that it sees (n of them; A is the pattern before):
 *  uniform   1/n.
 *  reversed  max(A) - A, divided by its sum; a row whose weights are all equal stays as it is.
 *  shuffled  A, its weights moved among the keys by a seeded permutation.
 *  random    seeded uniform numbers in (0, 1), divided by their sum.
 */
export type RewriteKind = 'uniform' | 'reversed' | 'shuffled' | 'random';

/**
 * One row of the table of attention-probability rewrites. Every row of the pattern still sums to 1 and obeys the masks.
 * Rewrites come before the run's edits of `hook_pattern`, in table order. (A given pattern is an edit: set, vector.)
 */
export interface Rewrite {
  readonly layer: number;
  /** One query head only; all heads if absent, each with its own random numbers. */
  readonly head?: number;
  readonly queries: readonly number[];
  readonly kind: RewriteKind;
  /** Of shuffled and random: an integer from 0 to 4294967295. */
  readonly seed?: number;
}

/** What a cut edge carries instead of its sender's contribution: nothing, a number in every column, or what the same
 * sender contributes in an earlier run, or on average over several, at the same position. */
export type CutSource =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'mean'; readonly runs: readonly string[] };

/**
 * One row of the table of cut edges (TERMINOLOGY, "Cut"): replaces what this receiver alone reads of
 * each of these senders. Its input, before its norm, gets += (1 - beta) (replacement - contribution).
 * The contribution is this run's own, with everything upstream that the run changes. Names are those
 * of `model/edges`. An edge is cut at most once, in a run and its bases together.
 */
export interface Cut {
  /** e.g. ['input', 'a0.h1', 'm2', 'm2.n17', 'resid3'], each upstream of the receiver. */
  readonly senders: readonly string[];
  /** e.g. 'a1.h0<q>', 'm1', 'resid2', 'logits'. */
  readonly receiver: string;
  /** Positions at which the receiver reads; default all. */
  readonly rows?: readonly number[];
  /** What is left of the edge, 0 (default) to 1. */
  readonly beta?: number;
  /** Default: the constant 0. */
  readonly source?: CutSource;
}

/** A TypeScript hook: receives the site's rows (one Float32Array of R x width) and changes them in place. Library API only. */
export interface Callback {
  readonly site: string;
  readonly fn: (values: Float32Array, shape: readonly number[]) => void;
}

export interface Capture {
  readonly site: string;
  /** Only these positions (default all); refused for scores and pattern, which come whole. */
  readonly rows?: readonly number[];
  /** Only these heads, in this order (default all); refused where the site has no head axis. */
  readonly heads?: readonly number[];
  /**
   * Scores and pattern only: the largest value of every square of positions, [H, P, P] with groups of `pool` positions
   * (`model/pooling.ts`). Default 1, every value.
   */
  readonly pool?: number;
}

/** Which row of the logits is reduced to numbers, and against which tokens. */
export interface MetricRow {
  readonly row: number;
  readonly answer: number;
  /** Defaults to the answer. */
  readonly distractor?: number;
  /** Also KL(reference || this row). */
  readonly kl?: KlReference;
}

/** A distribution over the vocabulary: what an earlier run says at the same position, or given as one log p (or logit) per token. */
export type KlReference =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'given'; readonly logProbs: readonly number[] };

/** Tokens that are given another position: its rotary angle, or its row of the learned table. Masks go by the order. */
export interface PositionEdit {
  readonly rows: readonly number[];
  /** One position per row, 0 to nCtx - 1. */
  readonly positions: readonly number[];
}

export interface Run {
  readonly id: string;
  /** Token ids. A run with `base` inherits them. */
  readonly tokens?: readonly number[];
  /**
   * Samples [begin, end): the run stands for one sequence each, alike but for what their sources say, and its results come
   * under `${id}.${sample}`. Noise takes draw `draw + sample`; a source, a mean or a cut reads the same sample of a run
   * that has samples, and the one sequence of a run that has none. Default: the base's samples.
   */
  readonly samples?: readonly [number, number];
  /**
   * An earlier run of which this one is a variation: its tokens, edits, masks, rewrites and cuts come first, then this one's.
   * The planner reuses whatever the edits cannot have changed; the naive plan recomputes everything.
   */
  readonly base?: string;
  readonly edits?: readonly Edit[];
  readonly masks?: readonly Mask[];
  readonly rewrites?: readonly Rewrite[];
  /** Cut edges, before the run's edits of the same inputs. */
  readonly cuts?: readonly Cut[];
  /** Positions of tokens, after the base's. */
  readonly positions?: readonly PositionEdit[];
  readonly captures?: readonly Capture[];
  readonly callbacks?: readonly Callback[];
  readonly metric?: MetricRow;
  /** Runs of one unit are executed and read back together; results arrive unit by unit. Default ''. */
  readonly unit?: string;
}
