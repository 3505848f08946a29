/** Which cell of a document its finding is about. */
import { askedOf, layersRestored } from './asked';
import { cellAt } from './cell';
import type { Interval, Peak, TraceDocument, TraceKind } from './document';

export interface FoundCell {
  readonly kind: TraceKind;
  readonly row: number;
  readonly layer: number;
  /** Layers [begin, end) restored there. */
  readonly layers: readonly [number, number];
  readonly restored: number;
  readonly effect: number;
  readonly range: Interval | null;
  /** No effect is shown there. */
  readonly hatched: boolean;
  /** What other draws would give, for all cells that it was chosen from at once. */
  readonly overNoise: Peak['overNoise'];
}

const KINDS = ['hidden', 'mlp', 'attn'] as const;

/** The largest cell of the hidden states' map if they were traced, else of the first kind that was. */
export function foundCell(document: TraceDocument): FoundCell | null {
  const kind = KINDS.find((name) => document.kinds[name]);
  const result = kind && document.kinds[kind];
  if (!kind || !result?.peak) return null;
  const { row, layer, effect, overNoise } = result.peak;
  const layers = layersRestored(askedOf(document), kind, layer);
  const { restored, range, hatched } = cellAt(result, document.tokens.length, row, layer);
  return { kind, row, layer, layers, restored, effect, range, hatched, overNoise };
}
