/** Many cells as few rectangles, where a canvas does not do. */
import { coverOf, type Ink, type Raster, type Shape } from './scene';

const SHADES = 100;

/** Merges neighbours of one shade. */
export function rasterShapes(raster: Raster, ink: Ink): Shape[] {
  const { x, y, width, height, rows, columns, scale, strength, isFaint, isOverlay } = raster;
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
      const from = column;
      column = end;
      const cover = coverIn(shade / SHADES, faint, isOverlay);
      if (cover === 0) continue;
      const fill = Number.isNaN(shade) ? ink.masked : colour(shade / SHADES);
      const place = { x: x + from * w, y: y + row * h, width: (end - from) * w, height: h };
      const style = cover < 1 ? { 'fill-opacity': cover } : {};
      shapes.push({ tag: 'rect', attributes: { ...place, fill, ...style } });
    }
  }
  return shapes;
}

/** A masked cell covers nothing of a picture. */
export function coverIn(strength: number, isFaint: boolean, isOverlay?: true): number {
  if (!isOverlay) return isFaint ? 0.4 : 1;
  if (Number.isNaN(strength)) return 0;
  return coverOf(strength) * (isFaint ? 0.4 : 1);
}
