/** A graph as a stand-alone SVG: the picture of the page, with all its edges as paths. */
import type { Graph } from '../../results/graph';
import type { Theme } from '../../ui/colour';
import { pathData } from '../../ui/graph/curves';
import { joined, textOf, type Xml, xml } from '../../util/code/xml';
import { fitted } from '../../view/marks/scene';
import { type Layout, layoutOf } from './layout';
import { legendItems } from './legend';
import type { PictureGraph } from './overlay';
import { type DrawnNode, type Picture, pictureOf } from './picture';
import { graphSummary, selectTruth } from './select';
import { strokes } from './stroke';
import type { GraphView } from './view';
import { shortName, titleOfNode } from './words';

const WIDTH = 960;
const MARGIN = 16;
const LINE = 16;

interface Paper {
  readonly page: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly node: string;
}

const PAPERS: Readonly<Record<Theme, Paper>> = {
  light: { page: '#ffffff', ink: '#1d1d22', soft: '#56585f', line: '#e3e1dc', node: '#f2f1ed' },
  dark: { page: '#141519', ink: '#ebebee', soft: '#b0b3bb', line: '#2b2e35', node: '#26282d' },
};

export function graphSvg(graph: PictureGraph, view: GraphView, theme: Theme): string {
  const layout = layoutOf(graph, WIDTH);
  const picture = pictureOf(graph, layout, view);
  const paper = PAPERS[theme];
  const head = [
    graphSummary(graph),
    selectTruth(graph)
      .map(({ name, value }) => `${name} ${value}`)
      .join(' · '),
  ];
  const top = MARGIN + head.length * LINE + 8;
  const notes = notesOf(view);
  const bottom = top + layout.height + 2 * LINE;
  const [width, height] = [layout.width + 2 * MARGIN, bottom + notes.length * LINE + MARGIN];
  const line = (y: number, words: string, fill: string) =>
    xml`<text x="${MARGIN}" y="${y}" font-size="12" fill="${fill}">${words}</text>`;
  const parts = [
    xml`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    xml`<title>${head[0]!}</title>`,
    xml`<rect width="100%" height="100%" fill="${paper.page}"/>`,
    ...head.map((words, i) =>
      line(MARGIN + 10 + i * LINE, fitted(words, width - 2 * MARGIN), i ? paper.soft : paper.ink),
    ),
    xml`<g transform="translate(${MARGIN} ${top})">`,
    ...furniture(layout, paper),
    ...edgePaths(picture, theme),
    ...picture.nodes.map((node) => nodeMarkup(node, graph, paper)),
    xml`</g>`,
    ...legend(theme, picture.sides, paper, bottom),
    ...notes.map((words, i) => line(bottom + (i + 1) * LINE, words, paper.soft)),
    xml`</svg>`,
  ];
  return textOf(joined(parts));
}

function furniture({ width, blocks, columns }: Layout, { line, soft }: Paper): Xml[] {
  return [
    ...blocks.map(
      ({ layer, y, top }) =>
        xml`<line x1="0" x2="${width}" y1="${round(top)}" y2="${round(top)}" stroke="${line}"/><text x="4" y="${round(y + 4)}" font-size="11" fill="${soft}">${layer}</text>`,
    ),
    ...columns.map(
      ({ x, text }) =>
        xml`<text x="${round(x)}" y="12" font-size="11" text-anchor="middle" fill="${soft}">${text}</text>`,
    ),
  ];
}

function edgePaths({ edges, curves, most }: Picture, theme: Theme): Xml[] {
  const strokeOf = strokes(theme, most, edges.length);
  return edges.map((edge, i) => {
    const { colour, opacity, width, dash } = strokeOf(edge);
    return xml`<path class="edge" d="${pathData(curves, i)}" fill="none" stroke="${colour}" stroke-opacity="${round(opacity)}" stroke-width="${round(width)}"${dashes(dash)}/>`;
  });
}

function nodeMarkup(node: DrawnNode, graph: Graph, { ink, soft, node: fill }: Paper): Xml {
  const { x, y, w, h } = node.place;
  const fades = node.degree === 0 ? xml` opacity="0.35"` : xml``;
  const edge = xml`fill="${fill}" stroke="${soft}" stroke-width="1"`;
  const shape =
    node.kind === 'head'
      ? xml`<circle cx="${round(x)}" cy="${round(y)}" r="${round(w)}" ${edge}/>`
      : xml`<rect x="${round(x - w)}" y="${round(y - h)}" width="${round(2 * w)}" height="${round(2 * h)}" rx="${node.kind === 'group' ? 4 : 2}" ${edge}/>`;
  const name = w < 7 ? '' : fitted(shortName(node, graph), 2 * w + 4);
  const size = node.kind === 'head' || node.kind === 'mlp' ? Math.min(9, w) : 11;
  const text = xml`<text x="${round(x)}" y="${round(y + size * 0.36)}" font-size="${round(size)}" text-anchor="middle" fill="${ink}">${name}</text>`;
  return xml`<g${fades}><title>${titleOfNode(node, graph)}</title>${shape}${text}</g>`;
}

function legend(theme: Theme, sides: Picture['sides'], { soft }: Paper, y: number): Xml[] {
  let x = MARGIN;
  return legendItems(theme, sides).map(({ words, colour, width, dash, opacity }) => {
    const item = xml`<line x1="${x}" x2="${x + 24}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${width}"${dashes(dash)}/><text x="${x + 30}" y="${y}" font-size="11" fill="${soft}">${words}</text>`;
    x += 48 + words.length * 6;
    return item;
  });
}

const dashes = (dash: readonly number[]) =>
  dash.length > 0 ? xml` stroke-dasharray="${dash.join(' ')}"` : xml``;

function notesOf({ notes, groups }: GraphView): string[] {
  const members = groups.map(({ name, nodes }) => `${name}: ${nodes.join(', ')} as one; its edges are sums`);
  return [...members, ...Object.entries(notes).map(([id, text]) => `${id}: ${text.replaceAll('\n', ' ')}`)];
}

const round = (value: number) => Number(value.toFixed(2));
