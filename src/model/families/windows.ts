/** Sliding windows per block. Configs specify them in three ways. */
import { z } from 'zod';
import { refusal } from './config';

export const LAYER_TYPES = ['full_attention', 'sliding_attention'] as const;
export type LayerType = (typeof LAYER_TYPES)[number];

/** transformers 5's list; older configs follow a rule of the family instead. */
export const layerTypes = z.array(z.enum(LAYER_TYPES)).max(512).nullish();

/** The kind of every block: the config's list, or else `rule`. */
export function kindsOf(
  listed: readonly LayerType[] | null | undefined,
  nLayers: number,
  rule: (layer: number) => LayerType,
): LayerType[] {
  if (!listed) return Array.from({ length: nLayers }, (_, layer) => rule(layer));
  if (listed.length !== nLayers)
    throw refusal('layer_types', 'is not one entry per layer', listed.length, `${nLayers} entries`);
  return [...listed];
}

/** Every `pattern`-th block has full attention; the others have a window. */
export const slidingBut =
  (pattern: number) =>
  (layer: number): LayerType =>
    (layer + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention';

/** `window` for blocks with a window, null for the others. */
export function windowsOf(kinds: readonly LayerType[], window: number | null | undefined): (number | null)[] {
  return kinds.map((kind) => {
    if (kind === 'full_attention') return null;
    if (!window) throw refusal('sliding_window', 'is missing', window, 'the window of sliding layers');
    return window;
  });
}
