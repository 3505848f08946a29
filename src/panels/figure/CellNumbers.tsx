/** The numbers of one cell, the same in the tooltip and in the inspector. */
import { plain } from '../../results/format';
import { spanName } from '../../results/intervals';
import { type CellView, type FigureView, spanText } from './select';

export function CellNumbers({ view, cell }: { readonly view: FigureView; readonly cell: CellView }) {
  const { unit, varies, levels = [] } = view.figure;
  return (
    <dl className="pairs">
      {cell.text && (
        <>
          <dt>says</dt>
          <dd>{cell.text}</dd>
        </>
      )}
      <dt>{unit}</dt>
      <dd>{cell.value === null ? 'not defined' : plain(cell.value)}</dd>
      {varies && (
        <>
          <dt>{spanName(view.figure, cell.isRange)}</dt>
          <dd>
            {cell.span ? spanText(cell.span, cell.isRange) : 'none'}
            {cell.uncertain && ', includes 0'}
          </dd>
          <dt>over</dt>
          <dd>
            {varies.n} {varies.what}
          </dd>
          {cell.span && !cell.isRange && (
            <>
              <dt>rule</dt>
              <dd>{view.figure.rule ?? 'that of an older version'}</dd>
            </>
          )}
        </>
      )}
      {levels.map(({ name, value }) => (
        <LevelRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

/** The coordinates of a point, whose first cell is given. */
export function PointNumbers({ view, cell }: { readonly view: FigureView; readonly cell: CellView }) {
  const { across, figure } = view;
  return (
    <dl className="pairs">
      {across.labels.map((name, axis) => (
        <LevelRow key={name} name={name} value={figure.values[cell.cell + axis] ?? Number.NaN} />
      ))}
    </dl>
  );
}

function LevelRow({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{plain(value)}</dd>
    </>
  );
}
