/** A planned sweep: its members, the rows that begin at each stage, and what others read. */
import type { ResolvedRun, ResolvedEdit } from '../request/resolved';

/**
 * Largest tensor of a sweep, even if the adapter could bind more. A trace occupies a handful of
 * such tensors, and products of thousands of rows keep any GPU busy.
 */
export const SWEEP_TENSOR_BYTES = 2 ** 26;

/** Samples [begin, end) of a run in a sweep; for a run without samples, its one sequence. */
export interface Member {
  readonly run: ResolvedRun;
  readonly begin: number;
  readonly end: number;
  readonly sweep: number;
  /** Index among the sweep's members. */
  readonly index: number;
  /**
   * The first stage at which each position is computed here; stageCount if never. All 0 for a run
   * from scratch.
   */
  readonly entry: readonly number[];
  /** Edits already in the base's kept tensors when a row enters; they apply again downstream. */
  readonly inherited: readonly ResolvedEdit[];
  readonly own: readonly ResolvedEdit[];
  /** The source of rows that are not computed here; null for a run from scratch. */
  readonly base: Member | null;
}

export interface Sweep {
  readonly index: number;
  readonly unit: string;
  /** Positions of the longest run. */
  T: number;
  readonly members: Member[];
  /** Rows computed by all members together. */
  rows: number;
  /** By stage, the rows that begin there; positions ascending. */
  readonly entering: { readonly member: number; readonly positions: readonly number[] }[][];
  /** The sweep that computed the bases, or null. */
  readonly baseSweep: number | null;
  /**
   * Keys of tensors that later sweeps read; 'qkv.3' is block 3's queries, keys and values as
   * attention reads them.
   */
  readonly cached: Set<string>;
  /** Keys of tensors that this sweep's own cuts read after they were made. */
  readonly recalled: Set<string>;
  /** By member, positions needed after the last block's attention. */
  readonly needed: Set<number>[];
  /** By member, positions whose logits later sweeps use as references. */
  readonly references: Set<number>[];
  /** The last stage that anything reads. */
  lastStage: number;
  /** While decoding: the keys and values of earlier passes. */
  readonly past?: Past;
}

/**
 * Keys and values of every position so far: one tensor per block, 'kv.3', with `rows` rows like
 * those of 'qkv.3'.
 */
export interface Past {
  readonly rows: number;
  readonly rowOf: (sequence: number, position: number) => number;
}
