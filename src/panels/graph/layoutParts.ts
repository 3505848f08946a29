/** What layouts of graphs share: places, margins. */

/** Centre and half size, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  /** Spacing of columns and of rows. */
  readonly column: number;
  readonly row: number;
  /** Name and vertical centre of each block. */
  readonly blocks: readonly {
    readonly layer: number;
    readonly name: string;
    readonly y: number;
    readonly top: number;
  }[];
  /** Column names; none with positions. */
  readonly columns: readonly { readonly x: number; readonly text: string }[];
}

/** Around the picture; half the height of a wide node; room for the columns' names. */
export const EDGE = 8;
export const BAR = 10;
export const HEAD = 22;

export const bounded = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
