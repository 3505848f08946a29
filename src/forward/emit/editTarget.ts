/** One row of an edit in all samples of a run, and where its cells and its values lie. */
import type { ResolvedEdit } from '../request/resolved';

/**
 * The cells of one row: column c of the first sample is element first + c, and `step` further for every next sample. Heads
 * of `perHead` columns lie `stored` apart.
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

/** What an edit's entries are written from. */
export type Editing = Pick<ResolvedEdit, 'op' | 'alpha' | 'spans' | 'rows' | 'source'> &
  Partial<Pick<ResolvedEdit, 'range' | 'direction' | 'code' | 'seed' | 'site'>>;

/** One row of an edit in all samples of a run, and where it lies. */
export interface EditTarget {
  readonly edit: Editing;
  /** Index into edit.rows, for sources that have values per row. */
  readonly rowIndex: number;
  readonly samples: number;
  /** The first of them. */
  readonly sample: number;
  readonly x: Cells;
  /** Where the source's values are; null for known values. */
  readonly source: (Cells & { readonly tensor: string }) | null;
  /** Edits of one round do not overlap; rounds are dispatched in order. */
  readonly round: number;
}
