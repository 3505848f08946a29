/** The picture of a document as a stand-alone SVG file: its graph, and all of its figures. */
import { isTrace, type ResultDocument } from '../results/document';
import { finding } from '../results/finding';
import { svgFile } from '../view/marks/markup';
import { studySheets } from './figure/svg';
import { graphSheet } from './graph/svg';
import { AS_FOUND, type GraphView } from './graph/view';
import { selectTrace } from './trace/select';
import { traceSheet } from './trace/svg';

/** @param view what was done to the picture of a graph. */
export function documentSvg(document: ResultDocument, view: GraphView = AS_FOUND): string {
  if (isTrace(document)) {
    const sentence = finding(document).pieces.map(({ text }) => text);
    return svgFile([traceSheet(selectTrace(document), document.metric, sentence.join(''))]);
  }
  const graph = document.graph ? [graphSheet(document.graph, view)] : [];
  return svgFile([...graph, ...studySheets(document)]);
}
