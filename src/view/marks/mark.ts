/** A kind of picture: labelled numbers to a scene, and how wide it is. */
import type { MarkData } from './data';
import type { Frame, Scene } from './scene';

export interface Mark {
  scene(data: MarkData, frame: Frame): Scene;
  /** Where all pictures are one: a cell stands for its whole row. */
  joined?(all: readonly MarkData[], frame: Frame): Scene;
  /** Width of one picture without the names of rows: the least that can be read, and the one of a file. */
  leastWidth(data: MarkData, isOneOfMany?: boolean): number;
  fileWidth(data: MarkData): number;
  /** Names of rows stand beside the first picture of a row alone, and those of columns below the last of a column. */
  readonly sharesAxes: boolean;
  /** Colour says how large a number is: a colour bar says what it means. */
  readonly isColoured: boolean;
}
