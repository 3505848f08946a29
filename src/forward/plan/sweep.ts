/** A sweep as planned: its members, the rows that begin at each stage, and what others read of it. */
import type { ResolvedRun, ResolvedEdit } from '../request/resolved';

/**
 * Largest tensor that a sweep allocates by choice, however much an adapter would bind: a handful of such tensors is what
 * one trace occupies, and products of thousands of rows keep any GPU busy.
 */
export const SWEEP_TENSOR_BYTES = 2 ** 26;

/** Samples [begin, end) of a run as a sweep computes them; of a run without samples its one sequence. */
export interface Member {
  readonly run: ResolvedRun;
  readonly begin: number;
  readonly end: number;
  readonly sweep: number;
  /** Among the sweep's members. */
  readonly index: number;
  /** First stage at which each position is computed here; stageCount if never. All 0 for a run from scratch. */
  readonly entry: readonly number[];
  /** Edits already contained in the base's kept tensors when a row enters; they apply again downstream. */
  readonly inherited: readonly ResolvedEdit[];
  readonly own: readonly ResolvedEdit[];
  /** Where rows come from that are not computed here; null for a run from scratch. */
  readonly base: Member | null;
}

export interface Sweep {
  readonly index: number;
  readonly unit: string;
  /** Positions of the longest run. */
  T: number;
  readonly members: Member[];
  /** Rows that the members compute in all. */
  rows: number;
  /** By stage, the rows that begin there: positions ascending. */
  readonly entering: { readonly member: number; readonly positions: readonly number[] }[][];
  /** Sweep that computed the bases, or null. */
  readonly baseSweep: number | null;
  /** Keys whose tensors later sweeps read; 'qkv.3' is block 3's queries, keys and values as attention reads them. */
  readonly cached: Set<string>;
  /** Keys whose tensors this sweep's own cuts read, after they were made. */
  readonly recalled: Set<string>;
  /** By member, positions that are needed after the last block's attention. */
  readonly needed: Set<number>[];
  /** By member, positions whose logits later sweeps compare theirs with. */
  readonly references: Set<number>[];
  /** The last stage that anything reads. */
  lastStage: number;
  /** While decoding: where earlier passes left their keys and values. */
  readonly past?: Past;
}

/** Keys and values of every position so far, in one tensor per block, 'kv.3', of `rows` rows like 'qkv.3'. */
export interface Past {
  readonly rows: number;
  readonly rowOf: (sequence: number, position: number) => number;
}
