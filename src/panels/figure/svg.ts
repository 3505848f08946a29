/** Figures as stand-alone SVG files. */
import { hatchText, overText } from '../../results/intervals';
import type { ResultDocument } from '../../results/document';
import { colourBarScene } from '../../view/marks/colourBar';
import { MARKS } from '../../view/marks/marks';
import { type Sheet, svgFile } from '../../view/marks/markup';
import { fileMultiples } from '../../view/marks/layout';
import { paper } from '../../view/marks/scene';
import { areMultiples, barOf, dataOf, markOf } from './data';
import { type FigureView, groupFigures } from './select';
import { plainOf } from '../../results/phrases';

const BETWEEN = 24;

/** @returns an SVG document; `sentence` is the finding, quotations in asterisks. */
export const figureSvg = (view: FigureView, sentence: string): string => svgFile([sheetOf([view], sentence)]);

/** All figures, one below the other; only the first has the finding. */
export function figureSheets({ figures, finding }: ResultDocument): Sheet[] {
  const groups = groupFigures(figures).flatMap((views) =>
    areMultiples(views) ? [views] : views.map((view) => [view]),
  );
  return groups.map((views, i) => sheetOf(views, i === 0 ? finding : null));
}

/** A figure with facets, or several as small multiples. */
function sheetOf(views: readonly FigureView[], sentence: string | null): Sheet {
  const [{ figure }] = views as [FigureView];
  const mark = MARKS[markOf(figure)];
  const isOne = views.length === 1;
  const data = views.flatMap((view) =>
    view.facets.map((_, facet) => ({
      ...dataOf(view, facet),
      ...(isOne ? {} : { title: view.figure.title }),
    })),
  );
  const { width, pictures } = fileMultiples(mark, data, paper);
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const bar = colourBarScene(barOf(views), { ink: paper });
  const what = `${figure.measures ?? figure.unit}${over}`;
  const captions = [...new Set(views.map((view) => view.figure.caption ?? ''))];
  return {
    lines: [
      ...(sentence === null ? [] : [plainOf(sentence)]),
      isOne ? `${figure.title} (${what})` : what,
      ...captions.filter(Boolean),
    ],
    scenes: [...pictures, ...(mark.isColoured ? [{ scene: bar, x: width + BETWEEN, y: 0 }] : [])],
    notes: mark.isColoured ? [figure.hatching ?? hatchText(figure)].filter(Boolean) : [],
  };
}
