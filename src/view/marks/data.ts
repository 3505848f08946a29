/** Data of marks: labelled numbers in rows and columns, independent of models and documents. */
import type { Scale } from '../../ui/colour';

export interface RowName {
  readonly text: string;
  /** A subject token: underlined, with an asterisk. */
  readonly marked?: boolean;
  /** Starts another section. */
  readonly apart?: boolean;
}

/** Rows above the first that are alike and told in one line, open or not. */
export interface Fold {
  readonly count: number;
  /** 'tokens' */
  readonly what: string;
  /** 'before the subject', and what is true of them: 'no effect' */
  readonly where: string;
  readonly says: string;
  readonly isOpen: boolean;
}

/** '29 tokens before the subject: no effect' */
export const foldText = ({ count, what, where, says }: Fold): string => `${count} ${what} ${where}: ${says}`;

export interface MarkCell {
  /** Null: undefined. Without a text the cell is masked: grey, and unreachable. */
  readonly value: number | null;
  /** One line: place, value, span. Read aloud, and shown without a picture. */
  readonly label: string;
  /** Written in or beside the cell. */
  readonly text?: string | null;
  /** An interval or a range. */
  readonly span?: readonly [number, number] | null;
  /** Perhaps chance: hatched, faded or hollow. */
  readonly uncertain?: boolean;
}

/** A cell whose label is written when it is read: a picture may have a million of them. */
export class LazyCell implements MarkCell {
  constructor(
    readonly value: number | null,
    private readonly write: () => string,
    readonly text: string | null = null,
  ) {}

  get label(): string {
    return this.write();
  }
}

export interface MarkData {
  readonly title?: string;
  readonly rows: readonly RowName[];
  readonly columns: readonly string[];
  /** Numeric place of each column; absent for names. */
  readonly columnsAt?: readonly number[] | undefined;
  /** Columns [begin, end) that lines shade. */
  readonly columnsMarked?: readonly [number, number] | undefined;
  /** Titles of rows and columns. */
  readonly rowTitle?: string | undefined;
  readonly columnTitle?: string | undefined;
  readonly cell: (row: number, column: number) => MarkCell;
  /** Closed: `rows` begins after its rows. */
  readonly fold?: Fold | undefined;
  /** Index of the first cell among all pictures' cells, row-major. */
  readonly begin?: number;
  /** Cells have texts. */
  readonly hasTexts?: boolean;
  /** Rows and columns are the same things: square cells. */
  readonly isSquare?: boolean;
  readonly scale: Scale;
  /** Values of the faintest and the strongest colour (descending for ranks, e.g.). */
  readonly domain: readonly [number, number];
  /** Range of the axes: values and spans of all compared pictures, levels, and 0. */
  readonly extent: readonly [number, number];
  /** Reference levels. */
  readonly levels?: readonly { readonly name: string; readonly value: number }[] | undefined;
  /** The picture that a map lies over. */
  readonly under?: Under | undefined;
  /** The finding's cell: outlined. */
  readonly peak?: number | undefined;
}

/** A picture below the cells, which are see-through where they are weak. */
export interface Under {
  /** Its address; null: only its shape is known. */
  readonly href: string | null;
  readonly width: number;
  readonly height: number;
  /** Without its colours, which are the map's. */
  readonly isGrey?: true;
}

export const cellIndex = ({ begin = 0, columns }: MarkData, row: number, column: number): number =>
  begin + row * columns.length + column;

/** Leaves out the rows of a closed fold. */
export function folded(data: MarkData, fold: Fold): MarkData {
  if (fold.isOpen) return { ...data, fold };
  const { count } = fold;
  return {
    ...data,
    fold,
    rows: data.rows.slice(count),
    cell: (row, column) => data.cell(row + count, column),
    begin: cellIndex(data, count, 0),
  };
}

export const isMasked = ({ value, text }: MarkCell): boolean => value === null && !text;

/** A value's strength: 0 = floor, 1 = top; for diverging scales -1 to 1. */
export function strengthOf({ scale, domain: [floor, top] }: MarkData, value: number | null): number {
  if (value === null) return 0;
  return scale === 'signed' ? value / top : (value - floor) / (top - floor || 1);
}
