/** One row of an edit in all samples of a run, and the location of its cells and values. */
import type { ResolvedEdit } from '../request/resolved';

/**
 * The cells of one row: column c of the first sample is element first + c, and `step` elements
 * further for each next sample. Heads of `perHead` columns are `stored` apart.
 */
export interface Cells {
  readonly first: number;
  readonly step: number;
  readonly perHead: number;
  readonly stored: number;
}

export function element({ first, perHead, stored }: Cells, column: number): number {
  if (perHead === stored) return first + column;
  return first + Math.floor(column / perHead) * stored + (column % perHead);
}

/** The parts of an edit from which entries are written. */
export type Editing = Pick<ResolvedEdit, 'op' | 'alpha' | 'spans' | 'rows' | 'source'> &
  Partial<Pick<ResolvedEdit, 'range' | 'direction' | 'code' | 'seed' | 'site'>>;

/** One row of an edit in all samples of a run, and its location. */
export interface EditTarget {
  readonly edit: Editing;
  /** Index into edit.rows, for sources with values per row. */
  readonly rowIndex: number;
  readonly samples: number;
  /** The first sample. */
  readonly sample: number;
  readonly x: Cells;
  /** Location of the source's values; null for known values. */
  readonly source: (Cells & { readonly tensor: string }) | null;
  /** Edits of one round do not overlap; rounds are dispatched in order. */
  readonly round: number;
}
