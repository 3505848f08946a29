/** What marks draw: labelled numbers in rows and columns. Knows nothing of models or documents. */
import type { Scale } from '../../ui/colour';

export interface RowName {
  readonly text: string;
  /** Underlined, with an asterisk: a token of the subject. */
  readonly marked?: boolean;
  /** Belongs to another section than the row before. */
  readonly apart?: boolean;
}

export interface MarkCell {
  /** Null: not defined. Such a cell without a text is masked: drawn grey, and not reachable. */
  readonly value: number | null;
  /** In one line: place, value, span. Read aloud, and shown where there is no picture. */
  readonly label: string;
  /** Written in the cell, or beside it. */
  readonly text?: string | null;
  /** An interval, or the range of what varies. */
  readonly span?: readonly [number, number] | null;
  /** The number could be chance: hatched, faded or hollow. */
  readonly uncertain?: boolean;
}

export interface MarkData {
  readonly title?: string;
  readonly rows: readonly RowName[];
  readonly columns: readonly string[];
  /** Where each column stands on a scale of numbers; absent for names. */
  readonly columnsAt?: readonly number[] | undefined;
  /** What the rows and the columns are. */
  readonly rowTitle?: string | undefined;
  readonly columnTitle?: string | undefined;
  readonly cell: (row: number, column: number) => MarkCell;
  /** Index of the first cell among those of all pictures; cells are counted row by row. */
  readonly begin?: number;
  /** Cells have texts. */
  readonly hasTexts?: boolean;
  /** Rows and columns are the same things: cells are squares. */
  readonly isSquare?: boolean;
  readonly scale: Scale;
  /** Value with the faintest colour, and the one with the strongest (which may be smaller, e.g. for ranks). */
  readonly domain: readonly [number, number];
  /** What axes reach over: all values and spans of all pictures that are compared, levels, and 0. */
  readonly extent: readonly [number, number];
  /** Levels to read values against. */
  readonly levels?: readonly { readonly name: string; readonly value: number }[] | undefined;
  /** The cell that the finding is about: outlined. */
  readonly peak?: number | undefined;
}

export const cellIndex = ({ begin = 0, columns }: MarkData, row: number, column: number): number =>
  begin + row * columns.length + column;

export const isMasked = ({ value, text }: MarkCell): boolean => value === null && !text;

/** Where a value lies on the scale: 0 = its floor, 1 = its top; around 0 from -1 to 1. */
export function strengthOf({ scale, domain: [floor, top] }: MarkData, value: number | null): number {
  if (value === null) return 0;
  return scale === 'signed' ? value / top : (value - floor) / (top - floor || 1);
}
