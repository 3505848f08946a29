/**
 * Attention maps: for every head a matrix, destination (query) down, source (key) across; in a causal model the future
 * is masked. The first position mostly soaks up attention that has nowhere to go (the sink); leaving it out rescales the colours.
 */
import { percent } from '../../results/format';
import type { HeatmapCell } from '../../ui/heatmapProps';

/** Attention probabilities of one layer, row-major [H, T, T]. */
export type LayerPattern = Float32Array;

export interface AttentionHead {
  readonly layer: number;
  readonly head: number;
}

export interface HeadView extends AttentionHead {
  /** Row-major [T, T], 1 = the largest probability of this colour scale. */
  readonly strengths: Float32Array;
}

export interface AttentionView {
  readonly heads: number;
  readonly layers: number;
  readonly size: number;
  /** [layer][head] */
  readonly grid: readonly (readonly HeadView[])[];
  /** Probability with the strongest colour. */
  readonly top: number;
}

/** @param withoutSink leaves out the first key position: its entries get strength 0 and no say in the scale. */
export function selectAttention(
  patterns: readonly LayerPattern[],
  heads: number,
  size: number,
  withoutSink: boolean,
): AttentionView {
  const counts = (entry: number): boolean => !withoutSink || entry % size !== 0;
  let top = 0;
  for (const pattern of patterns) {
    for (let entry = 0; entry < pattern.length; entry++) {
      if (counts(entry) && pattern[entry]! > top) top = pattern[entry]!;
    }
  }
  const scale = top === 0 ? 1 : top;
  const grid = patterns.map((pattern, layer) =>
    Array.from({ length: heads }, (_, head): HeadView => {
      const matrix = pattern.subarray(head * size * size, (head + 1) * size * size);
      const strengths = matrix.map((value, entry) => (counts(entry) ? value / scale : 0));
      return { layer, head, strengths };
    }),
  );
  return { heads, layers: patterns.length, size, grid, top };
}

/** Cells of the enlarged head; in a causal model keys after the query are masked. */
export function selectHead(
  view: AttentionView,
  pattern: LayerPattern,
  head: AttentionHead,
  tokens: readonly string[],
  isCausal: boolean,
): HeatmapCell[][] {
  const { size } = view;
  const strengths = view.grid[head.layer]![head.head]!.strengths;
  return tokens.map((destination, row) =>
    tokens.map((source, column) => {
      if (isCausal && column > row) return { strength: 0, masked: true, label: 'future position, masked' };
      const entry = row * size + column;
      const p = pattern[head.head * size * size + entry]!;
      return { strength: strengths[entry]!, label: `${destination} attends to ${source}: ${percent(p)}` };
    }),
  );
}
