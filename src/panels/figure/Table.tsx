/** A figure's numbers as tables, for screen readers, copying and checking. */
import { valueText } from '../../results/format';
import { cellView, type FigureView, largestCells, rowLabels, spanText } from './select';

/** Larger figures list their largest numbers. */
const MOST_CELLS = 1500;
const LONGEST = 200;

export function FigureTable({ view }: { readonly view: FigureView }) {
  const { figure, facets } = view;
  const isLarge = figure.values.length > MOST_CELLS;
  return (
    // Scrolls, and Safari gives the keyboard only what can have the focus.
    <section
      className="figure-table"
      data-testid={`table-${figure.name}`}
      aria-label={`Numbers of ${figure.title}`}
      tabIndex={0}
    >
      {isLarge ? (
        <LongTable view={view} />
      ) : (
        facets.map(({ title, begin }) => <Matrix key={begin} view={view} begin={begin} caption={title} />)
      )}
    </section>
  );
}

function Matrix({
  view,
  begin,
  caption,
}: {
  readonly view: FigureView;
  readonly begin: number;
  readonly caption: string;
}) {
  const { rows, columns, down, across } = view;
  // Prints one row of many columns as a list.
  const isList = rows === 1 && columns > 5;
  const [heads, names] = isList
    ? [[''], across.labels]
    : [across.labels, rowLabels(down).map(({ text, marked }) => (marked ? `${text}*` : text))];
  const corner = isList ? across.name : down ? `${down.name} \\ ${across.name}` : across.name;
  return (
    <table>
      {caption !== '' && <caption>{caption}</caption>}
      <thead>
        <tr>
          <th scope="col" className="left">
            {corner}
          </th>
          {heads.map((name, column) => (
            <th key={column} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name, row) => (
          <tr key={row}>
            <th scope="row">{name}</th>
            {heads.map((_, column) => (
              <Value key={column} view={view} cell={begin + (isList ? row : row * columns + column)} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LongTable({ view }: { readonly view: FigureView }) {
  const shown = largestCells(view, LONGEST);
  return (
    <table>
      <caption>
        The {shown.length} largest of {view.figure.values.length.toLocaleString('en-US')}; the CSV has all of
        them.
      </caption>
      <tbody>
        {shown.map(({ cell, place }) => (
          <tr key={cell}>
            <th scope="row">{place}</th>
            <Value view={view} cell={cell} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ view, cell }: { readonly view: FigureView; readonly cell: number }) {
  const { figure } = view;
  const { value, text, span, isRange, uncertain } = cellView(view, cell);
  return (
    <td className={uncertain ? 'muted' : undefined}>
      {text && <span className="figure-word">{text} </span>}
      {value === null ? (text ? '' : '–') : valueText(figure, value)}
      {span && <span className="small muted"> {spanText(figure, span, isRange)}</span>}
    </td>
  );
}
