/** A search's result so far: plain numbers per edge, in space order. */
import type { GraphTruth } from '../../../results/graph';
import type { PlacedEdge } from '../places';

export interface FoundEdge {
  /** Per case: (LD_full - LD_cut) / (LD_clean - LD_corrupted), cut alone; null: not known. */
  readonly scores: readonly number[] | null;
  /** The scores are estimates by gradient. Default: measured. */
  readonly isEstimate?: true;
  /** Of the test that decided. */
  readonly p?: number;
  /** Mean over cases, in nats. */
  readonly kl?: number;
  readonly kept: boolean;
}

/** Means over cases, per edge: of the sender's difference, and of the receiver's gradient. */
export interface EdgeLengths {
  readonly difference: readonly number[];
  readonly gradient: readonly number[];
}

export interface GraphFound {
  readonly edges: readonly FoundEdge[];
  /** Edges outside the space: of neurons and of the whole stream. */
  readonly beside?: readonly (PlacedEdge & FoundEdge)[];
  /** Of edges with estimates, by index: scores of some, cut alone. */
  readonly measured?: ReadonlyMap<number, readonly number[]>;
  /** The same of the held-out prompts, which had no part in the estimates. */
  readonly measuredApart?: ReadonlyMap<number, readonly number[]>;
  /** If every edge is measured: trivial rankings of all edges. */
  readonly lengths?: EdgeLengths;
  /** The search's notes, one sentence each. */
  readonly notes: readonly string[];
  readonly truth?: GraphTruth;
  /** Mean logit difference with every edge cut. */
  readonly empty?: number;
}
