/** A graph as a sheet, for an SVG file or a frame: the page's picture with all edges as paths. */
import type { Graph } from '../../results/graph';
import type { Theme } from '../../ui/colour';
import { pathData } from '../../ui/graph/curves';
import { type Sheet, svgFile } from '../../view/marks/markup';
import {
  fitted,
  type Ink,
  label,
  paper,
  screen,
  type SceneRow,
  type Shape,
  STILL,
  textWidth,
} from '../../view/marks/scene';
import { layoutOf } from './layout';
import type { Layout } from './layoutParts';
import { edgeLabels } from './labels';
import { legendItems } from './legend';
import type { PictureGraph } from './overlay';
import { type DrawnNode, type Picture, pictureOf } from './picture';
import { graphSummary, selectTruth } from './select';
import { strokes } from './stroke';
import type { GraphView } from './view';
import { shortName, titleOfNode } from './words';

const LEGEND = 32;

interface Page {
  readonly width: number;
  readonly theme: Theme;
  readonly ink: Ink;
  /** Fill of a node. */
  readonly node: string;
}
const FILE: Page = { width: 960, theme: 'light', ink: paper, node: '#f2f1ed' };

export const graphSvg = (graph: PictureGraph, view: GraphView, foot?: string): string =>
  svgFile([graphSheet(graph, view)], foot);

export const graphSheet = (graph: PictureGraph, view: GraphView): Sheet => sheetOf(graph, view, FILE);

export const graphFrame = (graph: PictureGraph, view: GraphView, theme: Theme, width: number): Sheet =>
  sheetOf(graph, view, { width, theme, ink: screen(theme), node: 'var(--sunk)' });

function sheetOf(graph: PictureGraph, view: GraphView, page: Page): Sheet {
  const layout = layoutOf(graph, page.width);
  const picture = pictureOf(graph, layout, view);
  const { width, height } = layout;
  const shapes = [
    ...furniture(layout, page),
    ...edgePaths(picture, page),
    ...labelShapes(picture, page),
    ...legend(picture.sides, height + LEGEND, page),
  ];
  const nodes = picture.nodes.map((node, cell) => nodeShapes(node, cell, graph, page));
  const scene = {
    width,
    height: height + LEGEND + 4,
    shapes,
    rows: [{ cells: nodes }],
    spots: STILL,
  };
  const truth = selectTruth(graph).map(({ name, value }) => `${name} ${value}`);
  return {
    lines: [graphSummary(graph), truth.join(' · ')],
    scenes: [{ scene, x: 0, y: 0 }],
    notes: notesOf(view),
  };
}

function furniture({ width, blocks, columns }: Layout, { ink }: Page): Shape[] {
  return [
    ...blocks.flatMap(({ name, y, top }): Shape[] => [
      { tag: 'line', attributes: { x1: 0, x2: width, y1: top, y2: top, stroke: ink.line } },
      label(4, y + 4, fitted(name, 90), { fill: ink.soft }),
    ]),
    ...columns.map(({ x, text }) => label(x, 12, text, { 'text-anchor': 'middle', fill: ink.soft })),
  ];
}

function edgePaths({ edges, curves, most }: Picture, { theme }: Page): Shape[] {
  const strokeOf = strokes(theme, most, edges.length);
  return edges.map((edge, i) => {
    const { colour, opacity, width, dash } = strokeOf(edge);
    const style = { stroke: colour, 'stroke-opacity': opacity, 'stroke-width': width, ...dashes(dash) };
    return { tag: 'path', attributes: { class: 'edge', d: pathData(curves, i), fill: 'none', ...style } };
  });
}

const labelShapes = (picture: Picture, { ink }: Page): Shape[] =>
  edgeLabels(picture).map(({ x, y, text }) =>
    label(x, y + 4, text, {
      'text-anchor': 'middle',
      fill: ink.text,
      stroke: ink.page,
      'stroke-width': 3,
      'paint-order': 'stroke',
    }),
  );

function nodeShapes(
  node: DrawnNode,
  cell: number,
  graph: Graph,
  { ink, node: fill }: Page,
): SceneRow['cells'][number] {
  const { x, y, w, h } = node.place;
  const box = { x: x - w, y: y - h, width: 2 * w, height: 2 * h };
  const fades = node.degree === 0 ? { opacity: 0.35 } : {};
  const style = { fill, stroke: ink.soft, ...fades };
  const isSmall = node.kind === 'head' || node.kind === 'mlp' || node.kind === 'channel';
  const size = isSmall ? Math.min(9, w) : 11;
  const name = w < 7 ? '' : fitted(shortName(node, graph), 2 * w + 4);
  return {
    spot: { cell, row: 0, column: cell, label: titleOfNode(node, graph), ...box },
    shapes: [
      node.kind === 'head'
        ? { tag: 'circle', attributes: { cx: x, cy: y, r: w, ...style } }
        : { tag: 'rect', attributes: { ...box, rx: node.kind === 'group' ? 4 : 2, ...style } },
      label(x, y + size * 0.36, name, {
        'font-size': size,
        'text-anchor': 'middle',
        fill: ink.text,
        ...fades,
      }),
    ],
  };
}

function legend(sides: Picture['sides'], y: number, { theme, ink }: Page): Shape[] {
  let x = 0;
  return legendItems(theme, sides).flatMap(({ words, colour, width, dash, opacity }): Shape[] => {
    const at = { x1: x, x2: x + 24, y1: y - 4, y2: y - 4 };
    const style = { stroke: colour, 'stroke-opacity': opacity, 'stroke-width': width, ...dashes(dash) };
    const item = label(x + 30, y, words, { fill: ink.soft });
    x += 42 + textWidth(words);
    return [{ tag: 'line', attributes: { ...at, ...style } }, item];
  });
}

const dashes = (dash: readonly number[]) => (dash.length > 0 ? { 'stroke-dasharray': dash.join(' ') } : {});

function notesOf({ notes, groups }: GraphView): string[] {
  const members = groups.map(({ name, nodes }) => `${name}: ${nodes.join(', ')} as one; its edges are sums`);
  return [...members, ...Object.entries(notes).map(([id, text]) => `${id}: ${text.replaceAll('\n', ' ')}`)];
}
