/** Scenes as SVG files for papers and slides: white background, fonts by name, no scripts. */
import { joined, textOf, type Xml, xml, xmlName } from '../../util/code/xml';
import { maxOf } from '../../util/lists';
import { rasterShapes } from './raster';
import { bareShapes, label, paper, type Placed, type Scene, type Shape, wrapped } from './scene';

const MARGIN = 16;
const LINE = 16;
const LEAST_WIDTH = 320;

/** Scenes below a few sentences; the first sentence is the finding. */
export interface Sheet {
  readonly lines: readonly string[];
  readonly scenes: readonly Placed[];
  /** Small print below. */
  readonly notes?: readonly string[];
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly content: Xml;
}

/** @returns an SVG document of all sheets, one below the other; `foot`: where they come from. */
export function svgFile(sheets: readonly Sheet[], foot?: string): string {
  const pictures = sheets.map((sheet, i) =>
    pictureOf(foot && i === sheets.length - 1 ? { ...sheet, notes: [...(sheet.notes ?? []), foot] } : sheet),
  );
  if (pictures.length === 1) return textOf(element(pictures[0]!, xml``));
  let [width, height] = [0, 0];
  const placed = pictures.map((picture) => {
    const svg = element(picture, xml`y="${height}" `);
    width = Math.max(width, picture.width);
    height += picture.height;
    return svg;
  });
  return textOf(element({ width, height, content: joined(placed) }, xml``));
}

const element = ({ width, height, content }: Picture, place: Xml): Xml =>
  xml`<svg ${place}xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif">\n${content}\n</svg>`;

function pictureOf({ lines, scenes, notes = [] }: Sheet): Picture {
  const far = scenes.map(({ scene, x }) => x + scene.width);
  const width = Math.ceil(maxOf(far, LEAST_WIDTH)) + 2 * MARGIN;
  const room = (width - 2 * MARGIN) / 1.1;
  const head = lines.flatMap((line) => wrapped(line, room));
  const top = MARGIN + head.length * LINE + 12;
  const bottom = top + scenes.reduce((most, { scene, y }) => Math.max(most, y + scene.height), 0);
  const foot = notes.flatMap((note) => wrapped(note, room));
  const texts = [
    ...head.map((line, i) =>
      label(MARGIN, MARGIN + 8 + i * LINE, line, { fill: paper.text, 'font-size': 12 }),
    ),
    ...foot.map((line, i) => label(MARGIN, bottom + 20 + i * LINE, line, { fill: paper.soft })),
  ];
  const content = [
    xml`<title>${lines[0]!}</title>`,
    xml`<rect width="100%" height="100%" fill="#fff"/>`,
    markup(texts),
    ...scenes.map(
      ({ scene, x, y }) =>
        xml`<g transform="translate(${rounded(MARGIN + x)} ${rounded(top + y)})">\n${sceneMarkup(scene)}\n</g>`,
    ),
  ];
  const height = Math.ceil(bottom + (foot.length > 0 ? 8 + foot.length * LINE : 0)) + MARGIN;
  return { width, height, content: joined(content) };
}

function sceneMarkup(scene: Scene): Xml {
  const { rows = [], raster, under = [] } = scene;
  return joined([
    markup(under),
    ...(raster ? [markup(rasterShapes(raster, paper))] : []),
    markup(bareShapes(scene)),
    ...rows.flatMap(({ cells }) =>
      cells.map(({ spot, shapes: own }) =>
        spot ? xml`<g><title>${spot.label}</title>${markup(own)}</g>` : markup(own),
      ),
    ),
  ]);
}

function markup(shapes: readonly Shape[]): Xml {
  const elements = shapes.map(({ tag, attributes, text }) => {
    const list = Object.entries(attributes).map(
      ([name, value]) => xml` ${xmlName(name)}="${rounded(value)}"`,
    );
    const start = xml`${xmlName(tag)}${joined(list, '')}`;
    return text === undefined ? xml`<${start}/>` : xml`<${start}>${text}</${xmlName(tag)}>`;
  });
  return joined(elements, '');
}

function rounded(value: string | number): string | number {
  return typeof value === 'number' ? Number(value.toFixed(2)) : value;
}
