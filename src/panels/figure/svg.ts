/** Figures as stand-alone SVG files. */
import { hatchText, overText } from '../../results/intervals';
import type { ResultDocument } from '../../results/document';
import { colourBarScene } from '../../view/marks/colourBar';
import { MARKS } from '../../view/marks/marks';
import { type Sheet, svgFile } from '../../view/marks/markup';
import { fileMultiples } from '../../view/marks/layout';
import { paper } from '../../view/marks/scene';
import { areJoined, barOf, dataOf, markOf } from './data';
import { type FigureView, groupFigures } from './select';

const BETWEEN = 24;

/** @returns an SVG document; `sentence` is what was found. */
export const figureSvg = (view: FigureView, sentence: string): string => svgFile([sheetOf([view], sentence)]);

/** A document's figures, to be one below the other; the first alone says what was found. */
export function figureSheets({ figures, finding }: ResultDocument): Sheet[] {
  const sheets = groupFigures(figures).flatMap((views) =>
    areJoined(views) ? [views] : views.map((view) => [view]),
  );
  return sheets.map((views, i) => sheetOf(views, i === 0 ? finding.replaceAll('*', '') : null));
}

/** Figures beside each other, each under its title. */
function sheetOf(views: readonly FigureView[], sentence: string | null): Sheet {
  const [{ figure }] = views as [FigureView];
  const mark = MARKS[markOf(figure)];
  const isOne = views.length === 1;
  const all = views.flatMap((view) =>
    view.facets.map((_, facet) => {
      const data = dataOf(view, facet);
      return isOne ? data : { ...data, title: view.figure.title };
    }),
  );
  const { width, pictures } = fileMultiples(mark, all, paper);
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const counted = `${figure.measures ?? figure.unit}${over}`;
  const captions = [...new Set(views.map((view) => view.figure.caption))];
  const hatched = [...new Set(views.map((view) => view.figure.hatching ?? hatchText(view.figure)))];
  const bar = colourBarScene(barOf(views), { ink: paper });
  return {
    lines: [sentence, isOne ? `${figure.title} (${counted})` : counted, ...captions].filter(
      (line) => line !== null && line !== undefined,
    ),
    scenes: [...pictures, ...(mark.isColoured ? [{ scene: bar, x: width + BETWEEN, y: 0 }] : [])],
    notes: mark.isColoured ? hatched.filter(Boolean) : [],
  };
}
