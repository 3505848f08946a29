/** A document as an SVG file: its graph and figures. */
import type { ResultDocument } from '../results/document';
import { footOf } from '../results/origin';
import { svgFile } from '../view/marks/markup';
import { figureSheets } from './figure/svg';
import { graphSheet } from './graph/svg';
import { AS_FOUND, type GraphView } from './graph/view';

/** @param view changes to the graph's picture. */
export function documentSvg(document: ResultDocument, view: GraphView = AS_FOUND): string {
  const graph = document.graph ? [graphSheet(document.graph, view)] : [];
  return svgFile([...graph, ...figureSheets(document)], footOf(document));
}
