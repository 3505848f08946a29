/**
 * A lens: final norm and unembedding applied to the residual stream after each block, at every
 * position; as it is (logit lens), or times a matrix (Jacobian lens), which some blocks may lack.
 */
import { percent } from '../../results/format';
import { maxOf } from '../../util/lists';
import { visibleToken } from '../../util/visible';
import type { ColourBar } from '../../view/marks/colourBar';
import { LazyCell, type MarkData, type RowName } from '../../view/marks/data';

export interface LensCell {
  readonly id: number;
  readonly text: string;
  readonly p: number;
}

export interface FollowedCell {
  readonly followed: { readonly p: number; readonly rank: number };
}

/** A token followed through all cells, by one of its numbers. */
export interface FollowedToken {
  readonly id: number;
  readonly text: string;
  readonly by: 'p' | 'rank';
}

/** [L+1][T], embedding first; null: the lens cannot read that block. */
export type LensCells<Cell = LensCell> = readonly (readonly Cell[] | null)[];

/** @param rows labels of the T positions. */
export function selectLens(rows: readonly RowName[], cells: LensCells): MarkData {
  return {
    ...axesOf(rows, cells.length),
    cell: (row, column) => {
      const read = cells[column]?.[row];
      if (!read) return unread(rows, row, column);
      const { text, p } = read;
      const shown = visibleToken(text);
      return new LazyCell(p, () => `${placeText(rows, row, column)}: ${shown} ${percent(p)}`, shown);
    },
    ...SHARES,
  };
}

/** The same of one token: its probability, or its rank (0 is first) on a logarithmic scale. */
export function selectFollowed(
  rows: readonly RowName[],
  cells: LensCells<FollowedCell>,
  { text, by }: FollowedToken,
): MarkData {
  const shown = visibleToken(text);
  const most = depth(
    maxOf(
      cells.flatMap((layer) => (layer ?? []).map(({ followed }) => followed.rank)),
      1,
    ),
  );
  return {
    ...axesOf(rows, cells.length),
    cell: (row, column) => {
      const read = cells[column]?.[row];
      if (!read) return unread(rows, row, column);
      const { p, rank } = read.followed;
      const label = () =>
        `${placeText(rows, row, column)}: ${shown} ${percent(p)}, rank ${rank.toLocaleString('en-US')}`;
      return by === 'p'
        ? new LazyCell(p, label, percent(p))
        : new LazyCell(depth(rank), label, rank.toLocaleString('en-US'));
    },
    ...(by === 'p' ? SHARES : { ...SHARES, domain: [most, 0], extent: [0, most] }),
  };
}

/** What colour means. */
export function barOfLens({ domain }: MarkData, followed: FollowedToken | null): ColourBar {
  const token = followed ? visibleToken(followed.text) : 'the token shown';
  const isRank = followed?.by === 'rank';
  const ranks = Array.from({ length: Math.floor(domain[0]) + 1 }, (_, power) => 10 ** power - 1);
  return {
    scales: ['blue'],
    caption: isRank ? `rank of ${token}, 0 is first` : `probability of ${token}`,
    domain,
    marks: isRank
      ? ranks.map((rank) => ({ value: depth(rank), text: rank.toLocaleString('en-US') }))
      : [0, 0.5, 1].map((value) => ({ value, text: percent(value) })),
  };
}

const unread = (rows: readonly RowName[], row: number, column: number) =>
  new LazyCell(null, () => `${placeText(rows, row, column)}: no matrix in this lens`);

const depth = (rank: number): number => Math.log10(1 + rank);

const SHARES: Pick<MarkData, 'hasTexts' | 'scale' | 'domain' | 'extent'> = {
  hasTexts: true,
  scale: 'blue',
  domain: [0, 1],
  extent: [0, 1],
};

const axesOf = (rows: readonly RowName[], count: number) => ({
  rows,
  columns: Array.from({ length: count }, (_, layer) => (layer === 0 ? 'emb' : String(layer - 1))),
  columnTitle: 'read out after block',
});

export function placeText(rows: readonly RowName[], row: number, column: number): string {
  return `${rows[row]!.text}, ${column === 0 ? 'embedding' : `after block ${column - 1}`}`;
}
