/** A study for the terminal: finding, graph, then figures as tables. */
import { aligned } from './aligned';
import { promptOf } from './asked';
import { cellOf, floorOf } from './cell';
import { numberText, plain, plainText, valueText } from './format';
import { maxOf } from '../util/lists';
import { visible, wordOf } from '../util/visible';
import { overText } from './intervals';
import { placeText } from './place';
import { printGraph } from './printGraph';
import type { Figure, ResultDocument } from './document';
import { tightenedText } from './tightened';

/** Larger figures are mentioned, not printed. */
const MOST_FACETS = 12;
const MOST_COLUMNS = 40;
const MOST_ROWS = 60;

/** Lines without a final newline; plain spaces and hyphens. */
export function printDocument(document: ResultDocument): string {
  const { model, cases, environment, unchanged } = document;
  const lines = [
    ...(document.warning === undefined ? [] : [document.warning]),
    document.finding,
    ...document.notes,
    `model      ${model.title} (${model.id}, ${model.revision})`,
    ...(document.answer
      ? [`answer     '${wordOf(document.answer.token)}', metric ${promptOf(document).metric}`]
      : []),
    `cases      ${cases.measured} measured of ${cases.asked}${cases.skipped.length > 0 ? `, ${cases.skipped.length} skipped` : ''}`,
    ...cases.skipped.slice(0, 10).map(({ label, reason }) => `  skipped  ${label}: ${reason}`),
    ...(unchanged && unchanged.runs > 0
      ? [
          `unchanged  ${unchanged.runs} of ${unchanged.of} edited runs changed nothing, e.g. ${unchanged.examples.join(', ')}`,
        ]
      : []),
  ];
  const more = document.tightened?.map((one) => `tightened  ${tightenedText(document, one)}`) ?? [];
  const { adapter, engine, execution, seconds } = environment;
  const { dispatches, submits, readbacks, flops, naiveFlops } = document.counters;
  const giga = (operations: number) => plain(operations / 1e9);
  const end = [
    `computed on ${adapter} (${engine}, ${execution}) in ${seconds.toFixed(1)} s`,
    `${dispatches} dispatches, ${submits} submits, ${readbacks} readbacks, ${giga(flops)} GFLOP (naive: ${giga(naiveFlops)})`,
  ];
  const { graph, figures } = document;
  // A graph's edges have their own table.
  const parts = graph
    ? [printGraph(graph), ...figures.filter(({ drawn }) => drawn !== 'bars').map(printFigure)]
    : figures.map(printFigure);
  const words = [...lines, ...more].map((line) => visible(line.replaceAll('*', "'")));
  return plainText([words.join('\n'), ...parts, end.map(visible).join('\n')].join('\n\n'));
}

function printFigure(figure: Figure): string {
  const { axes, title, unit, measures = unit, varies, levels = [], floor, hatching, caption } = figure;
  const over = varies ? `, ${overText(figure)}` : '';
  const head = [
    visible(`${title} (${floor === undefined ? measures : `change of ${measures}`}${over})`),
    ...(floor !== undefined
      ? [levels.map((level) => `${level.name} ${valueText(figure, level.value)}`).join(', ')]
      : []),
    ...(caption && floor !== undefined ? [caption] : []),
    ...(hatching === undefined ? [] : [`~ ${hatching}`]),
  ].join('\n  ');
  const across = axes.at(-1)!;
  const down = axes.at(-2);
  const [rows, columns] = [down?.labels.length ?? 1, across.labels.length];
  const facets = figure.values.length / (rows * columns);
  if (facets > MOST_FACETS || columns > MOST_COLUMNS || rows > MOST_ROWS) {
    return `${head}\n  ${axes.map((axis) => `${axis.labels.length} ${visible(axis.name)}`).join(' x ')}: too large to print; see the document.`;
  }
  const text = floorOf(figure) ? shaded(figure) : (cell: number) => cellText(figure, cell);
  const marked = down?.marked ?? [0, 0];
  const tables = Array.from({ length: facets }, (_, f) => {
    const names = placeText({ axes: axes.slice(0, -2) }, f);
    const cells = Array.from({ length: rows }, (_r, r) =>
      Array.from({ length: columns }, (_c, c) => text((f * rows + r) * columns + c)),
    );
    const isMarked = (r: number) => r >= marked[0] && r < marked[1];
    const label = (r: number) => `${down?.labels[r] ?? ''}${isMarked(r) ? '*' : ''}`;
    const corner = down ? `${down.name} \\ ${across.name}` : across.name;
    // A shade follows each number.
    const head = floorOf(figure) ? across.labels.map((name) => `${name} `) : across.labels;
    const lines = aligned([[corner, ...head], ...cells.map((row, r) => [label(r), ...row])]);
    return [...(names ? [`  ${visible(names)}`] : []), ...lines.map((line) => `  ${line}`)].join('\n');
  });
  return [head, ...tables].join('\n');
}

/** '0.42', '~0.02' if perhaps chance, '-' if undefined; with the cell's word if any. */
function cellText(figure: Figure, cell: number): string {
  const { value, uncertain } = cellOf(figure, cell);
  const text = figure.texts?.[cell];
  if (value === null) return text ?? '-';
  return `${text === undefined ? '' : `${text.trim()} `}${uncertain ? '~' : ''}${valueText(figure, value)}`;
}

/** Shades by share of the largest change. */
const SHADES = [' ', '░', '▒', '▓', '█'];

/** '14.2▓': a change from the floor, with the decimals of the largest. */
function shaded(figure: Figure): (cell: number) => string {
  const changes = figure.values.map((_, cell) => cellOf(figure, cell).difference ?? 0);
  const largest = maxOf(changes.map(Math.abs), 0);
  const scale = figure.percent ? 100 : 1;
  const decimals = largest === 0 ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(largest * scale))));
  return (cell) => {
    const change = changes[cell]!;
    const shade = largest === 0 ? 0 : Math.round((Math.abs(change) / largest) * (SHADES.length - 1));
    // From displayed digits, so that a result from a link prints the same; a bound counts as 0.
    const text = plainText(numberText(figure, change)).replaceAll(',', '');
    const shown = /^[<>]/.test(text) ? 0 : Number(text);
    const value = change === 0 ? '0' : shown.toFixed(decimals).replace(/^-(0\.?0*)$/, '$1');
    return `${cellOf(figure, cell).uncertain ? '~' : ''}${value}${SHADES[shade]}`;
  };
}
