/** A decoded picture: red, green and blue, a byte each, row by row. */

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3]. */
  readonly data: Uint8Array;
}

/** Largest edge, checked before a picture is decoded. */
const MOST_EDGE = 8192;

/** Throws one sentence if a picture of these sizes is not decoded. */
export function checkEdges(where: string, width: number, height: number): void {
  if ([width, height].every((edge) => edge >= 1 && edge <= MOST_EDGE)) return;
  throw new Error(
    `${where}: no usable size, got ${width} x ${height} pixels, expected 1 to ${MOST_EDGE} along an edge.`,
  );
}
