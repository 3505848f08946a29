/**
 * The masks of RISE (Petsiuk, Das & Saenko 2018), as captum-rise makes them: a coarse grid of zeros
 * and ones, enlarged smoothly and cropped at a random place.
 */
import { RandomState } from '../../util/random';
import { cellsIn, type PixelMap, type Size } from './picture';

export interface RiseMasks {
  /** Cells along each side of the coarse grid. */
  readonly grid: number;
  /** Share of cells that are kept. */
  readonly keep: number;
  readonly seed: number;
}

/**
 * Masks [H, W] without end, from 0 (removed) to 1 (kept). Of each mask: grid x grid numbers, row by row,
 * a cell is 1 if its number is below `keep`; bilinear, corners on corners, to (grid + 1) cells of
 * ceil(side / grid); two more numbers are row and column of the crop, as shares of what is left over.
 */
export function* riseMasks(size: Size, { grid, keep, seed }: RiseMasks): Generator<PixelMap, never> {
  const random = new RandomState(seed);
  const sides = [size.height, size.width].map((side) => (grid + 1) * Math.ceil(side / grid));
  for (;;) {
    const cells = Float64Array.from({ length: grid * grid }, () => Number(random.nextDouble() < keep));
    const [top, left] = [size.height, size.width].map((side, axis) =>
      Math.floor(random.nextDouble() * (sides[axis]! - side)),
    ) as [number, number];
    const rows = places(top, size.height, sides[0]!, grid);
    const columns = places(left, size.width, sides[1]!, grid);
    const mask = new Float64Array(cellsIn(size));
    for (const [y, row] of rows.entries())
      for (const [x, column] of columns.entries()) {
        const across = (line: number) =>
          (1 - column.share) * cells[line * grid + column.low]! +
          column.share * cells[line * grid + column.high]!;
        mask[y * size.width + x] = (1 - row.share) * across(row.low) + row.share * across(row.high);
      }
    yield mask;
  }
}

interface Place {
  readonly low: number;
  readonly high: number;
  /** Of `high`. */
  readonly share: number;
}

/** Where `count` pixels from `begin` of `side` lie on `grid` cells. */
function places(begin: number, count: number, side: number, grid: number): Place[] {
  return Array.from({ length: count }, (_, i) => {
    const at = ((begin + i) * (grid - 1)) / (side - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, grid - 1), share: at - low };
  });
}
