/** A figure as what marks draw. */
import { plain } from '../../results/format';
import type { Figure } from '../../results/study';
import { maxOf, minOf } from '../../util/lists';
import type { ColourBar } from '../../view/marks/colourBar';
import type { MarkCell, MarkData } from '../../view/marks/data';
import type { Mark } from '../../view/marks/mark';
import { MARKS } from '../../view/marks/marks';
import { cellView, type FigureView } from './select';

/** A single number is a bar with its whisker. */
export const markOf = ({ drawn, values, texts }: Figure): Mark =>
  MARKS[drawn === 'table' && values.length === 1 && !texts ? 'bars' : drawn];

/** One of its facets. */
export function dataOf(view: FigureView, facet: number): MarkData {
  const { figure, across, down, columns, reach } = view;
  const { begin, title } = view.facets[facet]!;
  const isSigned = figure.scale === 'signed';
  return {
    ...(title === '' ? {} : { title }),
    rows: down ? down.labels.map((text) => ({ text })) : [{ text: '' }],
    columns: across.labels,
    columnsAt: across.at,
    rowTitle: down?.name,
    columnTitle: across.name,
    begin,
    cell: (row, column) => markCell(view, begin + row * columns + column),
    hasTexts: figure.texts !== undefined,
    scale: isSigned ? 'signed' : 'purple',
    domain: [isSigned ? -reach : 0, reach],
    extent: extentOf(view),
    levels: figure.levels,
  };
}

/** The bar of figures that share a scale: marked are its ends, 0, and the first figure's levels. */
export function barOf(views: readonly FigureView[]): ColourBar {
  const [{ figure, reach }] = views as [FigureView];
  const { scale, domain } = dataOf(views[0]!, 0);
  const levels = (figure.levels ?? []).map(({ name, value }) => ({ value, text: `${plain(value)} ${name}` }));
  const ends = [...new Set([domain[0], 0, reach])];
  const isTaken = (end: number) => levels.some(({ value }) => Math.abs(value - end) < 0.08 * reach);
  const marks = ends.filter((end) => !isTaken(end)).map((value) => ({ value, text: plain(value) }));
  return { scales: [scale], caption: figure.unit, domain, marks: [...levels, ...marks] };
}

function markCell(view: FigureView, cell: number): MarkCell {
  const { value, uncertain, span, text } = cellView(view, cell);
  const isWritten = view.figure.texts && view.figure.drawn !== 'bars';
  return {
    value,
    uncertain,
    span,
    text: isWritten && !text && value !== null ? plain(value) : text,
    // Read only for the cell that is spoken: there may be many thousands.
    get label() {
      return cellView(view, cell).label;
    },
  };
}

/** All values, spans and levels, and 0; of positive numbers also what neighbours reach. */
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
