/** The size of a picture, before it is decoded. */

/** Along an edge. */
const MOST_EDGE = 8192;

/** Throws one sentence if a picture of these sizes is not decoded. */
export function checkEdges(where: string, width: number, height: number): void {
  if ([width, height].every((edge) => edge >= 1 && edge <= MOST_EDGE)) return;
  throw new Error(
    `${where}: no usable size, got ${width} x ${height} pixels, expected 1 to ${MOST_EDGE} along an edge.`,
  );
}
