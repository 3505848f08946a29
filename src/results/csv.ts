/**
 * Document -> CSV (RFC 4180, no formulas), full precision, long format. One row per cell of each
 * figure, with a column per axis; for a graph one row per edge. `low` and `high` are an interval,
 * of `difference` if the figure has a floor; `least` and `most` are a range.
 */
import { type Cell, csvText } from '../util/code/csv';
import { cellOf } from './cell';
import type { FigureAxis, ResultDocument } from './document';
import type { Graph } from './graph';
import { entriesOf } from './place';

export const documentToCsv = (document: ResultDocument): string =>
  csvText(document.graph ? graphLines(document.graph) : figureLines(document));

const GRAPH_COLUMNS = ['from', 'to', 'at', 'position', 'score', 'low', 'high', 'p', 'kl', 'kept', 'by'];

/**
 * `at` is the position's index, `position` its label; both empty without positions. `by`: whether
 * the score is measured or an estimate; empty without one.
 */
function graphLines({ edges, positions }: Graph): Cell[][] {
  return [
    GRAPH_COLUMNS,
    ...edges.map(({ from, to, at, score, interval, p, kl, kept, measured }): Cell[] => {
      const position = at === undefined ? null : positions?.[at];
      const by = score === null ? null : measured === false ? 'estimate' : 'measured';
      return [from, to, at, position, score, interval?.[0], interval?.[1], p, kl, kept, by];
    }),
  ];
}

/** Columns after the axes; an axis with such a name gets '_axis'. */
const COLUMNS = [
  ...['value', 'low', 'high', 'text', 'unit', 'least', 'most', 'rule'],
  ...['difference', 'hatched', 'covers', 'token_id', 'is_subject'],
];

function figureLines({ figures }: ResultDocument): Cell[][] {
  const names = [...new Set(figures.flatMap(({ axes }) => axes.map((axis) => axis.name)))];
  const head = names.map((name) => (['figure', ...COLUMNS].includes(name) ? `${name}_axis` : name));
  const lines: Cell[][] = [['figure', ...head, ...COLUMNS]];
  for (const figure of figures) {
    const { name, axes, rule, texts, unit, hatched } = figure;
    figure.values.forEach((value, cell) => {
      const { interval, range, difference } = cellOf(figure, cell);
      const entries = entriesOf(axes, cell);
      const of = <T>(get: (axis: FigureAxis, at: number) => T) =>
        entries.map(({ axis, at }) => get(axis, at)).findLast((found) => found !== undefined);
      const covers = of((axis, at) => axis.covers?.[at]);
      lines.push([
        name,
        ...names.map((axis) => entries.find((entry) => entry.axis.name === axis)?.label),
        ...[value, interval?.[0], interval?.[1], texts?.[cell], unit, range?.[0], range?.[1]],
        interval ? rule : null,
        ...[difference, hatched?.[cell], covers && `${covers[0]}-${covers[1] - 1}`],
        of((axis, at) => axis.ids?.[at]),
        of(({ marked }, at) => marked && at >= marked[0] && at < marked[1]),
      ]);
    });
  }
  return lines;
}
