/**
 * The logit lens: final norm and unembedding applied to the residual stream after each block, at
 * every position.
 */
import { percent } from '../../results/format';
import { visibleToken } from '../../util/visible';
import { LazyCell, type MarkData, type RowName } from '../../view/marks/data';

export interface LensCell {
  readonly text: string;
  readonly p: number;
}

/** @param rows labels of the T positions; @param cells [L+1][T], embedding first. */
export function selectLens(rows: readonly RowName[], cells: readonly (readonly LensCell[])[]): MarkData {
  return {
    rows,
    columns: cells.map((_, layer) => (layer === 0 ? 'emb' : String(layer - 1))),
    columnTitle: 'read out after block (colour: probability of the token shown, 0 to 100 %)',
    cell: (row, column) => {
      const { text, p } = cells[column]![row]!;
      const where = column === 0 ? 'embedding' : `after block ${column - 1}`;
      const shown = visibleToken(text);
      return new LazyCell(p, () => `${rows[row]!.text}, ${where}: ${shown} ${percent(p)}`, shown);
    },
    hasTexts: true,
    scale: 'blue',
    domain: [0, 1],
    extent: [0, 1],
  };
}
