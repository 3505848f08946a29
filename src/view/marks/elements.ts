/** Scenes as elements without React, for a frame: cells name themselves when pointed at. */
import { maxOf } from '../../util/lists';
import { rasterShapes } from './raster';
import { bareShapes, type Ink, type Placed, type Shape } from './scene';

const SVG = 'http://www.w3.org/2000/svg';

/** One picture of all scenes. */
export function svgElement(scenes: readonly Placed[], ink: Ink, label: string): SVGElement {
  const width = maxOf(
    scenes.map(({ scene, x }) => x + scene.width),
    0,
  );
  const height = maxOf(
    scenes.map(({ scene, y }) => y + scene.height),
    0,
  );
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' });
  svg.setAttribute('aria-label', label);
  for (const { scene, x, y } of scenes) {
    const { rows = [], raster, under = [] } = scene;
    const group = element('g', { transform: `translate(${x} ${y})` });
    group.append(...drawn(under));
    group.append(...drawn(raster ? rasterShapes(raster, ink) : []), ...drawn(bareShapes(scene)));
    for (const { cells } of rows) {
      for (const { spot, shapes: own } of cells) {
        const cell = element('g', {});
        if (spot) cell.append(titled(spot.label));
        cell.append(...drawn(own));
        group.append(cell);
      }
    }
    svg.append(group);
  }
  return svg;
}

const drawn = (shapes: readonly Shape[]): SVGElement[] =>
  shapes.map(({ tag, attributes, text }) => {
    const one = element(tag, attributes);
    if (text !== undefined) one.textContent = text;
    return one;
  });

function titled(text: string): SVGElement {
  const title = element('title', {});
  title.textContent = text;
  return title;
}

function element(tag: string, attributes: Shape['attributes']): SVGElement {
  const one = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, `${value}`);
  return one;
}
