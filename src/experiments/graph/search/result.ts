/** What a search has found so far: plain numbers per edge, in the order of the space's edges. */
import type { GraphTruth } from '../../../results/graph';
import type { PlacedEdge } from '../places';

export interface FoundEdge {
  /** Per case of the search: (LD_full - LD_cut) / (LD_clean - LD_corrupted), cut alone; null: not measured. */
  readonly scores: readonly number[] | null;
  /** Of the test that kept or dropped it. */
  readonly p?: number;
  /** Mean over cases, in nats. */
  readonly kl?: number;
  readonly kept: boolean;
}

export interface GraphFound {
  readonly edges: readonly FoundEdge[];
  /** Edges that are none of the space's: of neurons, of the whole stream. */
  readonly beside?: readonly (PlacedEdge & FoundEdge)[];
  /** What the search itself has to say, one sentence each. */
  readonly notes: readonly string[];
  readonly truth?: GraphTruth;
  /** Mean logit difference with every edge cut. */
  readonly empty?: number;
}
