/** Figures as data for marks. */
import { cellOf, floorOf } from '../../results/cell';
import { valueText } from '../../results/format';
import type { Figure } from '../../results/document';
import { maxOf, minOf } from '../../util/lists';
import type { ColourBar } from '../../view/marks/colourBar';
import { folded, type MarkCell, type MarkData } from '../../view/marks/data';
import type { MarkTraits } from '../../view/marks/mark';
import { type MarkName, TRAITS } from '../../view/marks/traits';
import { cellView, type FigureView, rowLabels, scaleOf } from './select';

/** A single number becomes a bar with a whisker. */
export const markOf = ({ drawn, values, texts }: Figure): MarkName =>
  drawn === 'table' && values.length === 1 && !texts ? 'bars' : drawn;

export const traitsOf = ({ figure }: FigureView): MarkTraits => TRAITS[markOf(figure)];

/** Several figures with equal rows become small multiples. */
export function areMultiples(views: readonly FigureView[]): boolean {
  const rows = JSON.stringify(views[0]!.down?.labels);
  const isAlike = (view: FigureView) =>
    traitsOf(view).sharesAxes && view.facets.length === 1 && JSON.stringify(view.down?.labels) === rows;
  return views.length > 1 && views.every(isAlike);
}

/** One of its facets. */
export function dataOf(view: FigureView, facet: number): MarkData {
  const data = wholeOf(view, facet);
  return view.fold ? folded(data, view.fold) : data;
}

function wholeOf(view: FigureView, facet: number): MarkData {
  const { figure, across, down, columns, reach, under } = view;
  const { begin, title } = view.facets[facet]!;
  const { scale, start, sign } = scaleOf(figure);
  return {
    ...(title === '' ? {} : { title }),
    rows: rowLabels(down),
    columns: across.labels,
    columnsAt: across.at,
    columnsMarked: across.at && across.marked,
    rowTitle: down?.name,
    columnTitle: across.name,
    begin,
    cell: (row, column) => markCell(view, begin + row * columns + column),
    hasTexts: figure.texts !== undefined,
    scale,
    domain: [scale === 'signed' ? -reach : start, start + sign * reach],
    peak: figure.peak?.cell,
    under,
    extent: extentOf(view),
    levels: figure.levels,
  };
}

/** The colour bar of figures on one scale: marks its ends, 0, and the first figure's levels. */
export function barOf(views: readonly FigureView[]): ColourBar {
  const [{ figure, reach }] = views as [FigureView];
  const { domain } = dataOf(views[0]!, 0);
  const floor = floorOf(figure);
  const levels = (figure.levels ?? []).map(({ name, value }) => ({
    value,
    text: `${valueText(figure, value)} ${name}`,
  }));
  const ends = floor ? [] : [...new Set([domain[0], 0, reach])];
  const isTaken = (end: number) => levels.some(({ value }) => Math.abs(value - end) < 0.08 * reach);
  const marks = ends
    .filter((end) => !isTaken(end))
    .map((value) => ({ value, text: valueText(figure, value) }));
  return {
    scales: [...new Set(views.map((view) => scaleOf(view.figure).scale))],
    caption: figure.measures ?? figure.unit,
    domain,
    dots: floor?.draws ?? floor?.range ?? [],
    marks: [...levels, ...marks],
  };
}

function markCell(view: FigureView, cell: number): MarkCell {
  const { figure } = view;
  const { value, uncertain, interval, range } = cellOf(figure, cell);
  const text = figure.texts?.[cell] ?? null;
  const isWritten = figure.texts && figure.drawn !== 'bars';
  return {
    value,
    uncertain,
    span: interval ?? range,
    text: isWritten && !text && value !== null ? valueText(figure, value) : text,
    // Written only when read: there may be thousands.
    get label() {
      return cellView(view, cell).label;
    },
  };
}

/** All values, spans, levels and 0; for positive numbers also the neighbours' reach. */
function extentOf({ figure, reach }: FigureView): [number, number] {
  const { values, intervals = [], ranges = [], levels = [] } = figure;
  const numbers = [
    ...values.filter((value) => value !== null),
    ...[...intervals, ...ranges].flatMap((pair) => pair ?? []),
    ...levels.map(({ value }) => value),
  ];
  const [low, high] = [minOf(numbers, 0), maxOf(numbers, 0)];
  return [low, figure.scale === 'positive' ? Math.max(high, reach) : high];
}
