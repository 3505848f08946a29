/** A kind of picture: from labelled numbers to a scene. */
import type { MarkData } from './data';
import type { Frame, Scene } from './scene';

/** A mark's traits, known before it loads. */
export interface MarkTraits {
  /** Least readable width of one picture without row names; also its width in a file. */
  leastWidth(data: MarkData, isOneOfMany?: boolean): number;
  fileWidth(data: MarkData): number;
  /** Row names appear only left of a row of pictures, column names only below a column. */
  readonly sharesAxes: boolean;
  /** Colour encodes size: needs a colour bar. */
  readonly isColoured: boolean;
  /** All pictures form one, with a cell per row. */
  readonly isJoint: boolean;
}

export interface Mark extends MarkTraits {
  /** Of one picture, or of all if the mark is joint. */
  scene(all: readonly MarkData[], frame: Frame): Scene;
}
