/** The picture of a document as a stand-alone SVG file: its graph, and all of its figures. */
import type { ResultDocument } from '../results/document';
import { svgFile } from '../view/marks/markup';
import { figureSheets } from './figure/svg';
import { graphSheet } from './graph/svg';
import { AS_FOUND, type GraphView } from './graph/view';

/** @param view what was done to the picture of a graph. */
export function documentSvg(document: ResultDocument, view: GraphView = AS_FOUND): string {
  const graph = document.graph ? [graphSheet(document.graph, view)] : [];
  return svgFile([...graph, ...figureSheets(document)]);
}
