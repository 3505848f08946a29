/** A kind of picture: labelled numbers to a scene. */
import type { MarkData } from './data';
import type { Frame, Scene } from './scene';

/** What the page knows of a mark before it draws one. */
export interface MarkTraits {
  /** Width of one picture without the names of rows: the least that can be read, and the one of a file. */
  leastWidth(data: MarkData, isOneOfMany?: boolean): number;
  fileWidth(data: MarkData): number;
  /** Names of rows stand beside the first picture of a row alone, and those of columns below the last of a column. */
  readonly sharesAxes: boolean;
  /** Colour says how large a number is: a colour bar says what it means. */
  readonly isColoured: boolean;
  /** All pictures are one, in which a cell stands for its whole row. */
  readonly isJoint: boolean;
}

export interface Mark extends MarkTraits {
  /** Of one picture, or of all where the mark is joint. */
  scene(all: readonly MarkData[], frame: Frame): Scene;
}
