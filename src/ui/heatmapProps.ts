/** What a heatmap is drawn from. */
import type { ReactNode } from 'react';
import type { Scale, Theme } from './colour';
import type { GridPosition } from './gridKeys';

export interface HeatmapCell {
  /** 0 = floor of the colour scale, 1 = its top. */
  readonly strength: number;
  /** Read aloud and shown where there is no picture. */
  readonly label: string;
  /** The number could be chance: drawn hatched. */
  readonly uncertain?: boolean;
  /** Not defined (a future position): drawn grey, not reachable. */
  readonly masked?: boolean;
  /** Written in the cell. */
  readonly text?: string;
}

export interface HeatmapRowLabel {
  readonly text: string;
  readonly marked?: boolean;
  /** Belongs to another section than the row before. */
  readonly apart?: boolean;
}

/** A cell by its place. */
export type CellAt = (row: number, column: number) => HeatmapCell;

export type ColumnName = 'layer' | 'source' | 'column';

export interface HeatmapProps {
  readonly testId: string;
  readonly label: string;
  readonly rows: readonly HeatmapRowLabel[];
  readonly columns: readonly string[];
  /** As a function where there are many: painted as one picture, in which the focus moves. */
  readonly cells: readonly (readonly HeatmapCell[])[] | CellAt;
  readonly scale: Scale;
  readonly theme: Theme;
  readonly active: GridPosition | null;
  readonly locked: boolean;
  /** Name of the column attribute on cells, e.g. data-layer. */
  readonly columnName: ColumnName;
  /** Column names of several letters: written upwards. */
  readonly tallFoot?: boolean;
  /** Above the picture, aligned with its columns. */
  readonly title?: ReactNode;
  readonly columnTitle?: ReactNode;
  /** What the rows are, below their names. */
  readonly rowTitle?: string | undefined;
  readonly onHover: (at: GridPosition | null, anchor: DOMRect | null) => void;
  /** null releases. */
  readonly onLock: (at: GridPosition | null) => void;
}
