/** A region of a picture as text: rows of '.' and '#' with '/' between, e.g. "..../.##./....". */
import { z } from 'zod';
import { cellsIn, type Size } from '../image/picture';

/** Rows and columns, at most. */
const MOST_SIDE = 64;

const ROWS = /^[.#]+(?:\/[.#]+)*$/;

export const regionText = z
  .string()
  .max(MOST_SIDE * (MOST_SIDE + 1))
  .regex(ROWS)
  .refine((text) => {
    const rows = text.split('/');
    return (
      rows.length <= MOST_SIDE &&
      rows.every((row) => row.length === rows[0]!.length && row.length <= MOST_SIDE)
    );
  }, `expected at most ${MOST_SIDE} rows of one length, at most ${MOST_SIDE}`);

/** 1 inside the region, which is enlarged to the picture: [H, W]. */
export function regionOf(text: string, size: Size): Uint8Array {
  const rows = text.split('/');
  const columns = rows[0]!.length;
  return Uint8Array.from({ length: cellsIn(size) }, (_, i) => {
    const row = Math.floor((Math.floor(i / size.width) * rows.length) / size.height);
    const column = Math.floor(((i % size.width) * columns) / size.width);
    return Number(rows[row]![column] === '#');
  });
}
