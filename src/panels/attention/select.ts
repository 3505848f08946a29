/**
 * Attention maps: for every head a matrix, destination (query) down, source (key) across; in a causal model the future
 * is masked. The first position mostly soaks up attention that has nowhere to go (the sink); leaving it out rescales the colours.
 * Small maps of long prompts have a group of positions in place of each (`model/pooling.ts`), and the largest weight.
 */
import { groupCount, positionsOf } from '../../model/pooling';
import { percent } from '../../results/format';
import type { MarkData, RowName } from '../../view/marks/data';

/** Attention probabilities of one layer's heads, row-major [H, P, P]: P positions, or groups of them. */
export type LayerPattern = Float32Array;

export interface AttentionHead {
  readonly layer: number;
  readonly head: number;
}

export interface HeadView extends AttentionHead {
  /** Row-major [P, P], 1 = the largest probability of this colour scale. */
  readonly strengths: Float32Array;
}

export interface AttentionView {
  readonly heads: number;
  readonly layers: number;
  /** P. */
  readonly size: number;
  /** [layer][head] */
  readonly grid: readonly (readonly HeadView[])[];
  /** Probability with the strongest colour. */
  readonly top: number;
  readonly withoutSink: boolean;
}

/** One head enlarged: a value per pair of groups of `pool` positions, 1 for every pair of positions. */
export interface HeadMap {
  /** Row-major [P, P]. */
  readonly values: Float32Array;
  readonly pool: number;
}

/** Weights along each side of a small map: about as many as it has pixels. */
const SMALL_MAP = 64;

/** Positions of a group, so that a small map of `T` positions has no more weights than that. */
export function poolFor(T: number): number {
  return Math.max(1, Math.ceil((T - 1) / (SMALL_MAP - 1)));
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
  return { heads, layers: patterns.length, size, grid, top, withoutSink };
}

/** The enlarged head, its cells made as they are asked for; in a causal model keys after the query are masked. */
export function selectHead(
  view: AttentionView,
  { values, pool }: HeadMap,
  tokens: readonly RowName[],
  isCausal: boolean,
): MarkData {
  const names = groupNames(tokens, pool);
  // A group goes by its first token beside the picture, which keeps its place when every weight comes in.
  const rows = names.map((_, group) => tokens[positionsOf(group, tokens.length, pool)[0]]!);
  const top = view.top === 0 ? 1 : view.top;
  return {
    rows,
    columns: rows.map(({ text }) => text),
    columnTitle: `source (colour: attention, 0 to ${percent(view.top)})`,
    isSquare: true,
    cell: (row, column) => {
      if (isCausal && column > row) return { value: null, label: 'future position, masked' };
      const p = values[row * names.length + column]!;
      return {
        value: view.withoutSink && column === 0 ? 0 : p,
        // Read only for the cell that is spoken: there may be a million.
        get label() {
          const most = pool === 1 ? '' : ' at most';
          return `${names[row]} attends to ${names[column]}: ${percent(p)}${most}`;
        },
      };
    },
    scale: 'blue',
    domain: [0, top],
    extent: [0, top],
  };
}

/** The token of each group, or its first and last. */
function groupNames(tokens: readonly RowName[], pool: number): readonly string[] {
  return Array.from({ length: groupCount(tokens.length, pool) }, (_, group) => {
    const [first, last] = positionsOf(group, tokens.length, pool);
    return first === last ? tokens[first]!.text : `${tokens[first]!.text} to ${tokens[last]!.text}`;
  });
}
