/** Which cell of a document its finding is about. */
import { askedOf, layersRestored } from './asked';
import type { Interval, TraceDocument, TraceKind } from './document';

export interface FoundCell {
  readonly kind: TraceKind;
  readonly row: number;
  readonly layer: number;
  /** Layers [begin, end) restored there. */
  readonly layers: readonly [number, number];
  readonly restored: number;
  readonly effect: number;
  /** Holds for all cells of the map at once (max-t); null without sampling. */
  readonly interval: Interval | null;
}

const KINDS = ['hidden', 'mlp', 'attn'] as const;

/** The largest cell of the hidden states' map if they were traced, else of the first kind that was. */
export function foundCell(document: TraceDocument): FoundCell | null {
  const kind = KINDS.find((name) => document.kinds[name]);
  const result = kind && document.kinds[kind];
  if (!kind || !result?.peak) return null;
  const { row, layer, effect, interval } = result.peak;
  const layers = layersRestored(askedOf(document), kind, layer);
  return { kind, row, layer, layers, restored: result.restored[row]![layer]!, effect, interval };
}
