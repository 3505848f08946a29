/** Rasters on a canvas: a pixel per cell, scaled by the browser. */
import { coverIn } from './raster';
import type { Ink, Raster } from './scene';
import { rgb } from '../../ui/rgb';

/** Quantised strengths: looking up a colour is faster than mixing it. */
const SHADES = 128;

type Grid = Pick<Raster, 'rows' | 'columns' | 'scale' | 'strength' | 'isFaint' | 'isOverlay'>;

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
  const pixels = new Uint32Array(image.data.buffer);
  const colour = ink.colour(grid.scale);
  const { isOverlay } = grid;
  const tableOf = (isFaint: boolean) =>
    Uint32Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
      const strength = i / SHADES - 1;
      return pixelOf(colour(strength), Math.round(255 * coverIn(strength, isFaint, isOverlay)));
    });
  // Faint if perhaps chance: hatching does not fit.
  const [table, faint] = [tableOf(false), tableOf(true)];
  const masked = pixelOf(ink.masked, isOverlay ? 0 : 255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = strongest(grid, [y * tall, x * wide], [tall, wide]);
      if (!cell) {
        pixels[y * width + x] = masked;
        continue;
      }
      const shade = Math.round((Math.min(1, Math.max(-1, grid.strength(...cell))) + 1) * SHADES);
      pixels[y * width + x] = (grid.isFaint(...cell) ? faint : table)[shade]!;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Its four bytes in the device's order. */
function pixelOf(colour: string, alpha: number): number {
  const [red, green, blue] = rgb(colour);
  return new Uint32Array(Uint8Array.of(red, green, blue, alpha).buffer)[0]!;
}

type Cell = readonly [row: number, column: number];

/** The cell of a block with the largest |strength|; null if all are masked. */
export function strongest(
  { rows, columns, strength }: Grid,
  [top, left]: Cell,
  [tall, wide]: Cell,
): Cell | null {
  let [bestRow, bestColumn, most] = [0, 0, -1];
  const [bottom, right] = [Math.min(rows, top + tall), Math.min(columns, left + wide)];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const size = Math.abs(strength(row, column));
      if (size > most) [bestRow, bestColumn, most] = [row, column, size];
    }
  }
  return most < 0 ? null : [bestRow, bestColumn];
}
