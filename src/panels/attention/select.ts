/**
 * Attention maps: a matrix per head, destination (query) down, source (key) across; causal models
 * mask the future. The first position absorbs unused attention (the sink); omitting it rescales the
 * colours. Small maps show the largest weight per group of positions (`model/pooling.ts`).
 */
import { groupCount, groupOf, positionsOf } from '../../model/pooling';
import { percent } from '../../results/format';
import { maxOf } from '../../util/lists';
import { LazyCell, type MarkData, type RowName } from '../../view/marks/data';

/** One layer's attention probabilities, row-major [H, P, P]: P positions, or groups. */
export type LayerPattern = Float32Array;

export interface AttentionHead {
  readonly layer: number;
  readonly head: number;
}

export interface HeadView extends AttentionHead {
  /** Row-major [P, P]; 1: the largest probability of this colour scale. */
  readonly strengths: Float32Array;
}

export interface AttentionView {
  readonly heads: number;
  readonly layers: number;
  /** P. */
  readonly size: number;
  /** [layer][head] */
  readonly grid: readonly (readonly HeadView[])[];
  /** Probability of the strongest colour. */
  readonly top: number;
  readonly withoutSink: boolean;
}

/** One enlarged head: a value per pair of groups of `pool` positions; 1: every pair. */
export interface HeadMap {
  /** Row-major [P, P]. */
  readonly values: Float32Array;
  readonly pool: number;
}

/** Where a finding looks: the answer's position, and the subject's positions [begin, end). */
export interface Focus {
  readonly from: number;
  readonly to: readonly [number, number];
}

/** The head that looks hardest from the answer's position at the subject, and how hard. */
export function tellingHead(
  patterns: readonly LayerPattern[],
  heads: number,
  { size, pool }: { readonly size: number; readonly pool: number },
  focus: Focus,
): AttentionHead & { readonly weight: number } {
  const row = groupOf(focus.from, pool);
  const [first, last] = [focus.to[0], focus.to[1] - 1].map((position) => groupOf(position, pool));
  let best = { layer: 0, head: 0, weight: 0 };
  for (const [layer, pattern] of patterns.entries()) {
    for (let head = 0; head < heads; head++) {
      const begin = (head * size + row) * size;
      const weight = maxOf(pattern.subarray(begin + first!, begin + last! + 1));
      if (weight > best.weight) best = { layer, head, weight };
    }
  }
  return best;
}

/** Attention paid by one position to every position of a head, in strengths of the picture's scale. */
export function looksOf(
  view: AttentionView,
  { values, pool }: HeadMap,
  row: number,
  T: number,
): Float32Array {
  const size = groupCount(T, pool);
  const begin = groupOf(row, pool) * size;
  const top = view.top === 0 ? 1 : view.top;
  return Float32Array.from({ length: T }, (_, position) =>
    view.withoutSink && position === 0 ? 0 : Math.min(1, values[begin + groupOf(position, pool)]! / top),
  );
}

/** Cells per side of a small map: about one per pixel. */
const SMALL_MAP = 64;

/** Group size that keeps a small map of `T` positions within that. */
export function poolFor(T: number): number {
  return Math.max(1, Math.ceil((T - 1) / (SMALL_MAP - 1)));
}

/** @param withoutSink drops the first key position: strength 0, and no effect on the scale. */
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

const FUTURE = { value: null, label: 'future position, masked' };

/** The enlarged head with lazy cells; causal models mask later keys. */
export function selectHead(
  view: AttentionView,
  { values, pool }: HeadMap,
  tokens: readonly RowName[],
  isCausal: boolean,
): MarkData {
  const names = groupNames(tokens, pool);
  // A group is named by its first token, which keeps its place when all weights arrive.
  const rows = names.map((_, group) => tokens[positionsOf(group, tokens.length, pool)[0]]!);
  const top = view.top === 0 ? 1 : view.top;
  return {
    rows,
    columns: rows.map(({ text }) => text),
    columnTitle: `source (colour: attention, 0 to ${percent(view.top)})`,
    isSquare: true,
    cell: (row, column) => {
      if (isCausal && column > row) return FUTURE;
      const p = values[row * names.length + column]!;
      const most = pool === 1 ? '' : ' at most';
      return new LazyCell(
        view.withoutSink && column === 0 ? 0 : p,
        () => `${names[row]} attends to ${names[column]}: ${percent(p)}${most}`,
      );
    },
    scale: 'blue',
    domain: [0, top],
    extent: [0, top],
  };
}

/** Each group's token, or its first and last. */
function groupNames(tokens: readonly RowName[], pool: number): readonly string[] {
  return Array.from({ length: groupCount(tokens.length, pool) }, (_, group) => {
    const [first, last] = positionsOf(group, tokens.length, pool);
    return first === last ? tokens[first]!.text : `${tokens[first]!.text} to ${tokens[last]!.text}`;
  });
}
