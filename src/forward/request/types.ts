/**
 * The vocabulary of forward passes: runs, edits and captures. Plain data, so that a request can be
 * printed, planned, sent to a worker, and executed on the GPU or by the float64 reference.
 *
 * A run graph (TERMINOLOGY.md: "Runs and edits") is a list of runs; an edit may take its value from
 * an earlier run. Edits at one site apply in list order. A capture is the value after that run's
 * edits. Positions are absolute (BOS counted) and never negative.
 */
import type { Gradients } from './seeds';

export type EditOp = 'set' | 'add' | 'scale' | 'lerp' | 'clamp' | 'project_out' | 'set_along' | 'snippet';

/** The source of an edit's new value v. */
export type EditSource =
  /** The same number everywhere. */
  | { readonly kind: 'constant'; readonly value: number }
  /**
   * One value per selected column (shared by heads and rows), per head and column (shared by rows),
   * or per row, head and column; row-major.
   */
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  /**
   * The same site (or `site`) and columns in an earlier run. Row i of the edit takes row `rows[i]`
   * of that run, by default the row of the same position; with `rows` that run may have a different
   * length.
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
  /** Positions to change; for scores and pattern: query positions. */
  readonly rows: readonly number[];
  /** One head only; absent: all. Refused if the site has no head axis. */
  readonly head?: number;
  /** Columns [begin, end) within the head (or the row if there is no head axis); absent: all. */
  readonly columns?: readonly [number, number];
  /**
   * set x=v; add x=x+alpha*v; scale x=alpha*x; lerp x=(1-alpha)x+alpha*v; clamp
   * x=min(max(x,lo),hi). Per row and head: project_out x=x-(x.v)d/(v.v), with d=v unless a direction
   * is given; set_along x=x+((v-x).d)d/(d.d), which makes x agree with v along the direction d and
   * keeps the orthogonal rest. A subspace is one edit per vector of an orthogonal basis
   * (`subspace.ts`). snippet: x = edit(x, row, col) of `code`, on the GPU only.
   */
  readonly op: EditOp;
  /** For add, scale and lerp. Default 1. */
  readonly alpha?: number;
  /** For clamp: [lo, hi]. */
  readonly range?: readonly [number, number];
  /**
   * d of set_along, and of project_out if it is not v: one number per selected column (shared by
   * heads), or per head and column. With it, v of project_out is a vector as long.
   */
  readonly direction?: readonly number[];
  /**
   * For snippet: WGSL with `fn edit(x: f32, row: u32, col: u32) -> f32`, where row is the position
   * and col the column within its row (heads side by side). Other functions and constants are
   * allowed, loops are not (`snippet.ts`).
   */
  readonly code?: string;
  /** v. Absent for scale, clamp and snippet. */
  readonly source?: EditSource;
}

/**
 * One row of the table of attention masks. Changes scores of (query, key) pairs of one block before
 * the softmax, which renormalises over the rest. Masks apply after the run's edits of
 * `hook_attn_scores`, in table order.
 */
export interface Mask {
  readonly layer: number;
  /** One query head only; absent: all. */
  readonly head?: number;
  readonly queries: readonly number[];
  readonly keys: readonly number[];
  /**
   * add (default): score + value. allow: the score as if the model had no mask, so that a query
   * sees a later key, one beyond the window, or one that an earlier row of the table masked.
   */
  readonly op?: 'add' | 'allow';
  /** For add. Default -Infinity: those keys get probability exactly 0. */
  readonly value?: number;
}

/**
 * A query's new pattern over the n keys that it sees; A is the pattern before:
 *  uniform   1/n.
 *  reversed  max(A) - A, divided by its sum; a row of equal weights is unchanged.
 *  shuffled  A, with its weights permuted among the keys by a seeded permutation.
 *  random    seeded uniform numbers in (0, 1), divided by their sum.
 */
export type RewriteKind = 'uniform' | 'reversed' | 'shuffled' | 'random';

/**
 * One row of the table of attention-probability rewrites. Every row of the pattern still sums to 1
 * and obeys the masks. Rewrites apply before the run's edits of `hook_pattern`, in table order. (A
 * given pattern is an edit: set, vector.)
 */
export interface Rewrite {
  readonly layer: number;
  /** One query head only; absent: all, each with its own random numbers. */
  readonly head?: number;
  readonly queries: readonly number[];
  readonly kind: RewriteKind;
  /** For shuffled and random: an integer from 0 to 4294967295. */
  readonly seed?: number;
}

/**
 * What a cut edge carries instead of its sender's contribution: zero, a number in every column, or
 * the same sender's contribution at the same position in an earlier run, or its mean over several.
 */
export type CutSource =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'mean'; readonly runs: readonly string[] };

/**
 * One row of the table of cut edges (TERMINOLOGY.md: "Edge"): replaces what this receiver, and no
 * other, reads from each of these senders. Its input, before its norm, gets += (1 - beta)
 * (replacement - contribution). The contribution is this run's own, including everything upstream
 * that the run changes. Names are those of `model/edges`. An edge may be cut only once, in a run
 * and its bases together.
 */
export interface Cut {
  /** E.g. ['input', 'a0.h1', 'm2', 'm2.n17', 'resid3'], each upstream of the receiver. */
  readonly senders: readonly string[];
  /** E.g. 'a1.h0<q>', 'm1', 'resid2', 'logits'. */
  readonly receiver: string;
  /** Positions at which the receiver reads; default: all. */
  readonly rows?: readonly number[];
  /** The remaining share of the edge, 0 (default) to 1. */
  readonly beta?: number;
  /** Default: the constant 0. */
  readonly source?: CutSource;
}

/**
 * A TypeScript hook that receives the site's rows (one Float32Array of R x width) and changes them
 * in place. Library API only.
 */
export interface Callback {
  readonly site: string;
  readonly fn: (values: Float32Array, shape: readonly number[]) => void;
}

export interface Capture {
  readonly site: string;
  /** Only these positions (default: all); refused for scores and pattern, which come whole. */
  readonly rows?: readonly number[];
  /** Only these heads, in this order (default: all); refused if the site has no head axis. */
  readonly heads?: readonly number[];
  /** The mean over these positions, without the axis T; refused for heads, scores and pattern. */
  readonly mean?: true;
  /**
   * For scores and pattern: the maximum over every square of positions, [H, P, P] with groups of
   * `pool` positions (`model/pooling.ts`). Default 1, every value.
   */
  readonly pool?: number;
}

/** The row of logits to reduce to numbers, and the tokens to compare. */
export interface MetricRow {
  readonly row: number;
  readonly answer: number;
  /** Default: the answer. */
  readonly distractor?: number;
  /** Also KL(reference || this row). */
  readonly kl?: KlReference;
}

/**
 * A distribution over the vocabulary: an earlier run's at the same position, or given as one log p
 * (or logit) per token.
 */
export type KlReference =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'given'; readonly logProbs: readonly number[] };

/**
 * Gives tokens other positions, which select the rotary angle or the row of the learned table.
 * Masks follow the order of tokens.
 */
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
   * Samples [begin, end): the run stands for one sequence each, equal except for their sources;
   * results have ids `${id}.${sample}`. Noise takes draw `draw + sample`. A source, mean or cut
   * reads the same sample of a run with samples, or the one sequence of a run without. Default: the
   * base's samples.
   */
  readonly samples?: readonly [number, number];
  /**
   * An earlier run that this one varies: its tokens, edits, masks, rewrites and cuts apply first,
   * then this run's. The planner reuses whatever the edits cannot have changed; the naive plan
   * recomputes everything.
   */
  readonly base?: string;
  readonly edits?: readonly Edit[];
  readonly masks?: readonly Mask[];
  readonly rewrites?: readonly Rewrite[];
  /** Cut edges; they apply before the run's edits of the same inputs. */
  readonly cuts?: readonly Cut[];
  /** Positions of tokens, applied after the base's. */
  readonly positions?: readonly PositionEdit[];
  readonly captures?: readonly Capture[];
  readonly callbacks?: readonly Callback[];
  readonly metric?: MetricRow;
  /** Refused with callbacks and snippets, whose derivatives are unknown. */
  readonly gradients?: Gradients;
  /** Runs of one unit are executed and read together; results arrive by unit. Default ''. */
  readonly unit?: string;
}
