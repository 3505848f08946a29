/** Rasters on a canvas: a pixel per cell, scaled by the browser. */
import type { Ink, Raster } from './scene';
import { rgb } from '../../ui/rgb';

/** Quantised strengths: looking up a colour is faster than mixing it. */
const SHADES = 128;

type Grid = Pick<Raster, 'rows' | 'columns' | 'scale' | 'strength' | 'isFaint'>;

/** `most`: rows and columns of pixels. A pixel of several cells shows the strongest. */
export function paint(
  canvas: HTMLCanvasElement,
  grid: Grid,
  ink: Ink,
  most: readonly [number, number],
): void {
  const [tall, wide] = [Math.ceil(grid.rows / most[0]), Math.ceil(grid.columns / most[1])];
  const [height, width] = [Math.ceil(grid.rows / tall), Math.ceil(grid.columns / wide)];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  const colour = ink.colour(grid.scale);
  const table = Array.from({ length: 2 * SHADES + 1 }, (_, i) => rgb(colour(i / SHADES - 1)));
  const masked = rgb(ink.masked);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = strongest(grid, [y * tall, x * wide], [tall, wide]);
      const strength = cell ? grid.strength(...cell) : Number.NaN;
      const [red, green, blue] = Number.isNaN(strength)
        ? masked
        : table[Math.round((Math.min(1, Math.max(-1, strength)) + 1) * SHADES)]!;
      // Faint if perhaps chance: hatching does not fit.
      const alpha = cell && grid.isFaint(...cell) ? 96 : 255;
      image.data.set([red, green, blue, alpha], (y * width + x) * 4);
    }
  }
  context.putImageData(image, 0, 0);
}

type Cell = readonly [row: number, column: number];

/** The cell of a block with the largest |strength|; null if all are masked. */
export function strongest(
  { rows, columns, strength }: Grid,
  [top, left]: Cell,
  [tall, wide]: Cell,
): Cell | null {
  let [best, most]: [Cell | null, number] = [null, -1];
  for (let row = top; row < Math.min(rows, top + tall); row++) {
    for (let column = left; column < Math.min(columns, left + wide); column++) {
      const size = Math.abs(strength(row, column));
      if (size > most) [best, most] = [[row, column], size];
    }
  }
  return best;
}
