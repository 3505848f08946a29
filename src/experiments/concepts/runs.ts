/**
 * A mask as run lengths: how many pixels are off, then on, then off and so on, row by row, over a grid
 * of any resolution. Short for the masks that a brush makes.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

const edge = z.number().int().min(1).max(512);

export const givenMask = z
  .strictObject({
    rows: edge,
    columns: edge,
    /** The first number is of pixels that are off. */
    runs: z.array(z.number().int().nonnegative()).min(1).max(MOST.entries),
  })
  .refine(({ rows, columns, runs }) => runs.reduce((sum, run) => sum + run, 0) === rows * columns, {
    message: 'run lengths do not fill the mask',
  });

export type GivenMask = z.infer<typeof givenMask>;

/** [height, width] of zeros and ones: each pixel is that of the grid's cell under its centre. */
export function expanded({ rows, columns, runs }: GivenMask, height: number, width: number): Uint8Array {
  const cells = new Uint8Array(rows * columns);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    cells.fill(i % 2, at, at + run);
    at += run;
  }
  return Uint8Array.from({ length: height * width }, (_, p) => {
    const row = Math.floor(((Math.floor(p / width) + 0.5) * rows) / height);
    return cells[row * columns + Math.floor((((p % width) + 0.5) * columns) / width)]!;
  });
}
