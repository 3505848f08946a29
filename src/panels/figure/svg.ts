/** Figures as stand-alone SVG files. */
import { hatchText, overText } from '../../results/intervals';
import type { ResultDocument } from '../../results/document';
import { range } from '../../util/range';
import { colourBarScene } from '../../view/marks/colourBar';
import { type Sheet, svgFile } from '../../view/marks/markup';
import { fileMultiples } from '../../view/marks/multiples';
import { paper } from '../../view/marks/scene';
import { barOf, dataOf, markOf } from './data';
import { type FigureView, groupFigures } from './select';

const BETWEEN = 24;

/** @returns an SVG document; `sentence` is what was found. */
export const figureSvg = (view: FigureView, sentence: string): string => svgFile([sheetOf(view, sentence)]);

/** A study's figures, to be one below the other; the first alone says what was found. */
export function figureSheets({ figures, finding }: ResultDocument): Sheet[] {
  const views = groupFigures(figures).flat();
  return views.map((view, i) => sheetOf(view, i === 0 ? finding.replaceAll('*', '') : null));
}

function sheetOf(view: FigureView, sentence: string | null): Sheet {
  const { figure, facets } = view;
  const mark = markOf(figure);
  const { width, pictures } = fileMultiples(
    mark,
    range(0, facets.length).map((facet) => dataOf(view, facet)),
    paper,
  );
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const bar = colourBarScene(barOf([view]), { ink: paper });
  return {
    lines: [
      ...(sentence === null ? [] : [sentence]),
      `${figure.title} (${figure.measures ?? figure.unit}${over})`,
      ...(figure.caption ? [figure.caption] : []),
    ],
    scenes: [...pictures, ...(mark.isColoured ? [{ scene: bar, x: width + BETWEEN, y: 0 }] : [])],
    notes: mark.isColoured ? [figure.hatching ?? hatchText(figure)].filter(Boolean) : [],
  };
}
