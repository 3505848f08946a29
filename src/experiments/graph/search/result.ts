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

export interface GraphFound {
  readonly edges: readonly FoundEdge[];
  /** Edges outside the space: of neurons and of the whole stream. */
  readonly beside?: readonly (PlacedEdge & FoundEdge)[];
  /** Of edges with estimates, by index: scores of some, cut alone. */
  readonly measured?: ReadonlyMap<number, readonly number[]>;
  /** The search's notes, one sentence each. */
  readonly notes: readonly string[];
  readonly truth?: GraphTruth;
  /** Mean logit difference with every edge cut. */
  readonly empty?: number;
}
