/**
 * The logit lens: what the residual stream would say after each block, if the model stopped there (final norm
 * and unembedding applied to every position).
 */
import { percent } from '../../results/format';
import { visibleToken } from '../../util/visible';
import type { HeatmapCell, HeatmapRowLabel } from '../../ui/heatmapProps';

export interface LensCell {
  readonly text: string;
  readonly p: number;
}

export interface LensView {
  readonly rows: readonly HeatmapRowLabel[];
  /** 'embed', then one per block. */
  readonly columns: readonly string[];
  readonly cells: readonly (readonly HeatmapCell[])[];
}

/** @param rows labels of the T positions; @param cells [L+1][T], the embedding first. */
export function selectLens(
  rows: readonly HeatmapRowLabel[],
  cells: readonly (readonly LensCell[])[],
): LensView {
  const columns = cells.map((_, layer) => (layer === 0 ? 'emb' : String(layer - 1)));
  return {
    rows,
    columns,
    cells: rows.map((_, row) =>
      cells.map((layer, column) => {
        const { text, p } = layer[row]!;
        const where = column === 0 ? 'embedding' : `after block ${column - 1}`;
        const shown = visibleToken(text);
        return { strength: p, text: shown, label: `${rows[row]!.text}, ${where}: ${shown} ${percent(p)}` };
      }),
    ),
  };
}
