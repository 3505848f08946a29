import type { TraceKind } from '../results/document';

/** The one thing under the pointer, lit in every panel. */
export interface Selection {
  /** Token position; from the number of tokens on: a group of tokens. */
  readonly row: number;
  /** Block. -1 is the embedding, before block 0. */
  readonly layer: number;
  readonly kind: TraceKind;
}
