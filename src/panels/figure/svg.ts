/** Figures as stand-alone SVG files. */
import { hatchText, overText } from '../../results/intervals';
import type { ResultDocument } from '../../results/document';
import { range } from '../../util/range';
import { colourBarScene } from '../../view/marks/colourBar';
import { MARKS } from '../../view/marks/marks';
import { type Sheet, svgFile } from '../../view/marks/markup';
import { fileMultiples } from '../../view/marks/multiples';
import { paper } from '../../view/marks/scene';
import { barOf, dataOf } from './data';
import { type FigureView, groupFigures } from './select';

const BETWEEN = 24;

/** @returns an SVG document; `sentence` is what was found. */
export const figureSvg = (view: FigureView, sentence: string): string => svgFile([sheetOf(view, sentence)]);

/** All of a study's figures, one below the other. */
export function studySvg({ figures, finding }: ResultDocument): string {
  const sentence = finding.replaceAll('*', '');
  return svgFile(groupFigures(figures).flatMap((views) => views.map((view) => sheetOf(view, sentence))));
}

function sheetOf(view: FigureView, sentence: string): Sheet {
  const { figure, facets } = view;
  const mark = MARKS[figure.drawn];
  const { width, pictures } = fileMultiples(
    mark,
    range(0, facets.length).map((facet) => dataOf(view, facet)),
    paper,
  );
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const bar = colourBarScene(barOf([view]), paper);
  return {
    lines: [
      sentence,
      `${figure.title} (${figure.measures ?? figure.unit}${over})`,
      ...(figure.caption ? [figure.caption] : []),
    ],
    scenes: [...pictures, ...(mark.isColoured ? [{ scene: bar, x: width + BETWEEN, y: 0 }] : [])],
    notes: mark.isColoured ? [figure.hatching ?? hatchText(figure)].filter(Boolean) : [],
  };
}
