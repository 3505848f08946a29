/** Many cells as few rectangles, where a canvas does not do. */
import type { Ink, Raster, Shape } from './scene';

const SHADES = 100;

/** Merges neighbours of one shade. */
export function rasterShapes(raster: Raster, ink: Ink): Shape[] {
  const { x, y, width, height, rows, columns, scale, strength, isFaint } = raster;
  const colour = ink.colour(scale);
  const [w, h] = [width / columns, height / rows];
  const shapes: Shape[] = [];
  for (let row = 0; row < rows; row++) {
    const shades = Array.from({ length: columns }, (_, column) => {
      const shade = Math.round(strength(row, column) * SHADES);
      return { shade, faint: isFaint(row, column) };
    });
    for (let column = 0; column < columns; ) {
      const { shade, faint } = shades[column]!;
      let end = column + 1;
      while (end < columns && Object.is(shades[end]!.shade, shade) && shades[end]!.faint === faint) end++;
      const fill = Number.isNaN(shade) ? ink.masked : colour(shade / SHADES);
      const place = { x: x + column * w, y: y + row * h, width: (end - column) * w, height: h };
      shapes.push({ tag: 'rect', attributes: { ...place, fill, ...(faint ? { 'fill-opacity': 0.4 } : {}) } });
      column = end;
    }
  }
  return shapes;
}
