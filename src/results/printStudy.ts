/** A study for the terminal: the finding, then its graph, then each figure as tables of numbers. */
import { aligned } from './aligned';
import { plain, plainText } from './format';
import { visible } from '../util/visible';
import { overText } from './intervals';
import { printGraph } from './printGraph';
import type { Figure, StudyDocument } from './study';

/** A figure with more small multiples or wider rows than this is told of, not printed. */
const MOST_FACETS = 12;
const MOST_COLUMNS = 40;
const MOST_ROWS = 60;

/** Several lines without a final line break; plain spaces and hyphens. */
export function printStudy(document: StudyDocument): string {
  const { model, cases, environment, unchanged } = document;
  const lines = [
    document.finding.replaceAll('*', "'"),
    ...document.notes,
    `model      ${model.title} (${model.id}, ${model.revision})`,
    `cases      ${cases.measured} measured of ${cases.asked}${cases.skipped.length > 0 ? `, ${cases.skipped.length} skipped` : ''}`,
    ...cases.skipped.slice(0, 10).map(({ label, reason }) => `  skipped  ${label}: ${reason}`),
    ...(unchanged && unchanged.runs > 0
      ? [
          `unchanged  ${unchanged.runs} of ${unchanged.of} edited runs changed nothing, e.g. ${unchanged.examples.join(', ')}`,
        ]
      : []),
  ];
  const { adapter, engine, execution, seconds } = environment;
  const { dispatches, submits, readbacks, flops, naiveFlops } = document.counters;
  const giga = (operations: number) => plain(operations / 1e9);
  const end = [
    `computed on ${adapter} (${engine}, ${execution}) in ${seconds.toFixed(1)} s`,
    `${dispatches} dispatches, ${submits} submits, ${readbacks} readbacks, ${giga(flops)} GFLOP (naive: ${giga(naiveFlops)})`,
  ];
  const { graph, figures } = document;
  // A graph's edges are its own table.
  const parts = graph
    ? [printGraph(graph), ...figures.filter(({ drawn }) => drawn !== 'bars').map(printFigure)]
    : figures.map(printFigure);
  return plainText([lines.map(visible).join('\n'), ...parts, end.map(visible).join('\n')].join('\n\n'));
}

function printFigure(figure: Figure): string {
  const { axes, title, unit, varies } = figure;
  const over = varies ? `, ${overText(figure)}` : '';
  const head = visible(`${title} (${unit}${over})`);
  const across = axes.at(-1)!;
  const down = axes.at(-2);
  const [rows, columns] = [down?.labels.length ?? 1, across.labels.length];
  const facets = figure.values.length / (rows * columns);
  if (facets > MOST_FACETS || columns > MOST_COLUMNS || rows > MOST_ROWS) {
    return `${head}\n  ${axes.map((axis) => `${axis.labels.length} ${visible(axis.name)}`).join(' x ')}: too large to print; see the document.`;
  }
  const tables = Array.from({ length: facets }, (_, f) => {
    const names = facetNames(figure, f);
    const cells = Array.from({ length: rows }, (_r, r) =>
      Array.from({ length: columns }, (_c, c) => cellText(figure, (f * rows + r) * columns + c)),
    );
    const label = (r: number) => down?.labels[r] ?? '';
    const corner = down ? `${down.name} \\ ${across.name}` : across.name;
    const lines = aligned([[corner, ...across.labels], ...cells.map((row, r) => [label(r), ...row])]);
    return [...(names ? [`  ${visible(names)}`] : []), ...lines.map((line) => `  ${line}`)].join('\n');
  });
  return [head, ...tables].join('\n');
}

function facetNames({ axes }: Figure, f: number): string {
  let rest = f;
  const parts: string[] = [];
  for (const axis of axes.slice(0, -2).reverse()) {
    parts.unshift(`${axis.name} ${axis.labels[rest % axis.labels.length]}`);
    rest = Math.floor(rest / axis.labels.length);
  }
  return parts.join(', ');
}

/** '0.42', '~0.02' where the interval or the range includes 0, '-' where undefined; a word beside it if there is one. */
function cellText({ values, intervals, ranges, texts }: Figure, cell: number): string {
  const value = values[cell];
  const text = texts?.[cell];
  if (value === null || value === undefined) return text ?? '-';
  const interval = intervals?.[cell] ?? ranges?.[cell];
  const unclear = interval && interval[0] <= 0 && interval[1] >= 0 && value !== 0;
  return `${text === undefined ? '' : `${text.trim()} `}${unclear ? '~' : ''}${plain(value)}`;
}
