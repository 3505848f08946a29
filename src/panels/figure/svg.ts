/** Figures as sheets: for SVG files, and for a frame of some width. */
import { hatchText, overText } from '../../results/intervals';
import type { ResultDocument } from '../../results/document';
import { colourBarScene } from '../../view/marks/colourBar';
import { MARKS } from '../../view/marks/marks';
import { type Sheet, svgFile } from '../../view/marks/markup';
import { fileMultiples, multiples } from '../../view/marks/layout';
import { type Ink, paper, type Placed } from '../../view/marks/scene';
import { areMultiples, barOf, dataOf, markOf } from './data';
import { documentFigures, type FigureView } from './select';
import { plainOf } from '../../results/phrases';

const BETWEEN = 24;
/** Below this the colour bar is under the pictures. */
const NARROW = 640;
/** Names of levels may be wider than the bar. */
const NAMES = 16;

/** `width`: of a frame; absent: as wide as a file needs. */
interface Page {
  readonly ink: Ink;
  readonly width?: number;
}
const FILE: Page = { ink: paper };

/** @returns an SVG document; `sentence` is the finding, quotations in asterisks. */
export const figureSvg = (view: FigureView, sentence: string, foot?: string): string =>
  svgFile([sheetOf([view], sentence, FILE)], foot);

/** All figures, one below the other; only the first has the finding. */
export const figureSheets = (document: ResultDocument): Sheet[] =>
  sheetGroups(document).map((views, i) => sheetOf(views, i === 0 ? document.finding : null, FILE));

/** The sheet with figure `name`, or else the first; null without figures. */
export function frameSheet(document: ResultDocument, name: string | undefined, page: Page): Sheet | null {
  const groups = sheetGroups(document);
  const views = groups.find((group) => group.some(({ figure }) => figure.name === name)) ?? groups[0];
  return views ? sheetOf(views, null, page) : null;
}

const sheetGroups = (document: ResultDocument): FigureView[][] =>
  documentFigures(document).flatMap((views) => (areMultiples(views) ? [views] : views.map((view) => [view])));

/** A figure with facets, or several as small multiples. */
function sheetOf(views: readonly FigureView[], sentence: string | null, { ink, width: room }: Page): Sheet {
  const [{ figure }] = views as [FigureView];
  const mark = MARKS[markOf(figure)];
  const isOne = views.length === 1;
  const data = views.flatMap((view) =>
    view.facets.map((_, facet) => ({
      ...dataOf(view, facet),
      ...(isOne ? {} : { title: view.figure.title }),
    })),
  );
  const bar = colourBarScene(barOf(views), { ink });
  const isBeside = mark.isColoured && (room === undefined || room >= NARROW);
  const { width, height, pictures } =
    room === undefined
      ? fileMultiples(mark, data, ink)
      : multiples(mark, data, { ink, width: room - (isBeside ? bar.width + BETWEEN + NAMES : 0) });
  const barAt: Placed = isBeside
    ? { scene: bar, x: width + BETWEEN, y: 0 }
    : { scene: bar, x: 0, y: height + BETWEEN };
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const what = `${figure.measures ?? figure.unit}${over}`;
  const captions = [...new Set(views.map((view) => view.figure.caption ?? ''))];
  return {
    lines: [
      ...(sentence === null ? [] : [plainOf(sentence)]),
      isOne ? `${figure.title} (${what})` : what,
      ...captions.filter(Boolean),
    ],
    scenes: [...pictures, ...(mark.isColoured ? [barAt] : [])],
    notes: mark.isColoured ? [figure.hatching ?? hatchText(figure)].filter(Boolean) : [],
  };
}
