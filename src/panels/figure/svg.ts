/** A figure as a stand-alone SVG for papers and slides: always on white, fonts by name, no scripts. */
import { floorOf } from '../../results/cell';
import { plain, valueText } from '../../results/format';
import { overText } from '../../results/intervals';
import { inkOn } from '../../ui/colour';
import { barsScene } from './bars';
import { linesScene } from './lines';
import { joined, textOf, type Xml, xml } from '../../util/code/xml';
import { fitted, type Ink, label, markup, paper, type Scene, type Shape, textWidth } from './scene';
import type { ResultDocument } from '../../results/document';
import { cellView, type FigureView, groupFigures, rowLabels, scaleOf, strengthOf } from './select';
import { maxOf } from '../../util/lists';

const MARGIN = 16;
const GAP = 24;
const CHART = 480;
/** A row of small multiples is at most so wide. */
const MOST_ACROSS = 1400;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** What stands within the picture's coordinates. */
  readonly content: Xml;
}

/** @returns an SVG document; `sentence` is what was found. */
export function figureSvg(view: FigureView, sentence: string): string {
  return textOf(svgOf(pictureOf(view, sentence), xml``));
}

const svgOf = ({ width, height, content }: Picture, place: Xml): Xml =>
  xml`<svg ${place}xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif">\n${content}\n</svg>`;

function pictureOf(view: FigureView, sentence: string): Picture {
  const { figure, facets } = view;
  const scenes = facets.map((_, facet) => sceneOf(view, facet));
  const [width, height] = [scenes[0]!.width, maxOf(scenes.map((scene) => scene.height))];
  const perRow = Math.max(1, Math.min(facets.length, Math.floor(MOST_ACROSS / (width + GAP))));
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const bar = figure.drawn === 'heatmap' ? barShapes(view) : [];
  const barWidth = bar.length > 0 ? 120 : 0;
  const inner = perRow * (width + GAP) - GAP + barWidth;
  const lines = [
    ...wrapped(sentence, inner),
    ...wrapped(`${figure.title} (${figure.measures ?? figure.unit}${over})`, inner),
    ...(figure.caption ? wrapped(figure.caption, inner) : []),
    ...(figure.hatching ? wrapped(figure.hatching, inner) : []),
  ];
  const head = MARGIN + lines.length * 16 + 12;
  const rowHeight = height + (facets.length > 1 ? 20 : 0) + GAP;
  const total = head + Math.ceil(facets.length / perRow) * rowHeight;
  const pictures = scenes.map((scene, facet) => {
    const x = MARGIN + (facet % perRow) * (width + GAP);
    const y = head + Math.floor(facet / perRow) * rowHeight;
    const title =
      facets.length > 1 ? [label(0, 12, facets[facet]!.title, { fill: paper.text, 'font-weight': 600 })] : [];
    const below = facets.length > 1 ? 20 : 0;
    return xml`<g transform="translate(${x} ${y})">\n${markup(title)}\n<g transform="translate(0 ${below})">\n${markup(scene.shapes)}\n</g></g>`;
  });
  const content = [
    xml`<title>${sentence}</title>`,
    xml`<rect width="100%" height="100%" fill="#fff"/>`,
    markup(
      lines.map((line, i) => label(MARGIN, MARGIN + 8 + i * 16, line, { fill: paper.text, 'font-size': 12 })),
    ),
    ...pictures,
    xml`<g transform="translate(${MARGIN + inner - barWidth + 24} ${head})">\n${markup(bar)}\n</g>`,
  ];
  return { width: inner + 2 * MARGIN, height: total, content: joined(content) };
}

/** All of a study's figures, one below the other. */
export function studySvg({ figures, finding }: ResultDocument): string {
  let [width, height] = [0, 0];
  const pictures = groupFigures(figures)
    .flat()
    .map((view) => {
      const picture = pictureOf(view, finding.replaceAll('*', ''));
      const placed = svgOf(picture, xml`y="${height}" `);
      width = Math.max(width, picture.width);
      height += picture.height;
      return placed;
    });
  const size = xml`viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return textOf(xml`<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${joined(pictures)}\n</svg>`);
}

function sceneOf(view: FigureView, facet: number): Scene {
  const { drawn } = view.figure;
  if (drawn === 'lines') return linesScene(view, facet, CHART, paper);
  if (drawn === 'bars') return barsScene(view, facet, CHART, paper);
  return heatScene(view, facet, paper);
}

/** Cells as squares; small ones where there are many, without texts. */
function heatScene(view: FigureView, facet: number, ink: Ink): Scene {
  const { rows, columns, down, across, figure } = view;
  const { begin } = view.facets[facet]!;
  const hasTexts = figure.texts !== undefined || figure.drawn === 'table';
  const size = columns > 64 ? 2 : hasTexts ? 64 : 24;
  const high = Math.max(size === 64 ? 22 : size, columns > 64 ? 8 : 0);
  const left = Math.min(
    140,
    maxOf(
      (down?.labels ?? ['']).map((name) => textWidth(name) + 8),
      16,
    ),
  );
  const longest = maxOf(across.labels.map(textWidth));
  const isTall = longest > size;
  const every = columns > 64 ? Math.ceil(columns / 12) : 1;
  const colour = ink.colour(scaleOf(figure).hue);
  const names = rowLabels(view).map(({ text, marked }) => (marked ? `${text}*` : text));
  const shapes: Shape[] = [];
  for (let row = 0; row < rows; row++) {
    const y = row * high;
    if (down && high >= 8)
      shapes.push(
        label(left - 6, y + high / 2 + 4, fitted(names[row]!, left), {
          fill: ink.text,
          'text-anchor': 'end',
        }),
      );
    for (let column = 0; column < columns; column++) {
      const cell = cellView(view, begin + row * columns + column);
      const x = left + column * size;
      const fill =
        cell.value === null || figure.drawn === 'table' ? '#f2f1ed' : colour(strengthOf(view, cell.value));
      const edge = size > 4 ? 1 : 0;
      shapes.push({
        tag: 'rect',
        attributes: {
          x,
          y,
          width: size - edge,
          height: high - edge,
          fill,
          ...(cell.uncertain ? { 'fill-opacity': 0.4 } : {}),
        },
      });
      const words = hasTexts ? (cell.text ?? (cell.value === null ? '' : valueText(figure, cell.value))) : '';
      if (words !== '')
        shapes.push(
          label(x + size / 2, y + high / 2 + 4, fitted(words, size), {
            fill: inkOn(fill),
            'text-anchor': 'middle',
          }),
        );
    }
  }
  const bottom = rows * high;
  across.labels.forEach((name, column) => {
    if (column % every !== 0) return;
    const x = left + column * size + size / 2;
    const turned = isTall && every === 1;
    shapes.push(
      label(turned ? x + 4 : x, bottom + (turned ? 6 : 14), fitted(name, 84), {
        fill: ink.soft,
        'text-anchor': turned ? 'end' : 'middle',
        ...(turned ? { transform: `rotate(-90 ${x + 4} ${bottom + 6})` } : {}),
      }),
    );
  });
  const foot = isTall && every === 1 ? Math.min(longest, 84) + 26 : 34;
  shapes.push(
    label(left + (columns * size) / 2, bottom + foot - 4, across.name, {
      fill: ink.soft,
      'text-anchor': 'middle',
    }),
  );
  return { width: left + columns * size, height: bottom + foot, shapes, spots: [] };
}

/** The colour bar with its levels. */
function barShapes({ figure, reach }: FigureView): Shape[] {
  const isSigned = figure.scale === 'signed';
  const { hue, start, sign } = scaleOf(figure);
  const colour = paper.colour(hue);
  const [height, steps] = [120, 40];
  const floor = isSigned ? -1 : 0;
  const at = (value: number): number =>
    height - ((((value - start) * sign) / reach - floor) / (1 - floor)) * height;
  const strips = Array.from({ length: steps }, (_, i): Shape => {
    const strength = floor + ((i + 0.5) / steps) * (1 - floor);
    const y = height - ((i + 1) * height) / steps;
    return {
      tag: 'rect',
      attributes: { x: 0, y, width: 8, height: height / steps + 0.3, fill: colour(strength) },
    };
  });
  const marks = barMarks({ figure, reach }).flatMap(({ value, text }): Shape[] =>
    at(value) <= height && at(value) >= 0 ? [label(14, at(value) + 4, text, { fill: paper.text })] : [],
  );
  return [...strips, ...marks];
}

/** What is marked beside a colour bar: its ends, 0, and the figure's levels. */
export function barMarks({
  figure,
  reach,
}: Pick<FigureView, 'figure' | 'reach'>): { value: number; text: string }[] {
  const levels = (figure.levels ?? []).map(({ name, value }) => ({
    value,
    text: `${valueText(figure, value)} ${name}`,
  }));
  if (floorOf(figure)) return levels;
  const ends = [...(figure.scale === 'signed' ? [-reach] : []), 0, reach];
  const isTaken = (end: number) => levels.some(({ value }) => Math.abs(value - end) < 0.08 * reach);
  return [...levels, ...ends.filter((end) => !isTaken(end)).map((value) => ({ value, text: plain(value) }))];
}

function wrapped(content: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(`${last} ${word}`) * 1.1 > Math.max(width, 320)) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
