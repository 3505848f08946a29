/** A cell's numbers, for tooltip and inspector. */
import { floorOf, levelOf } from '../../results/cell';
import { countText, differenceText, percent, plain, rangeText, valueText } from '../../results/format';
import { spanName } from '../../results/intervals';
import { type CellView, type FigureView, spanText } from './select';

interface CellNumbersProps {
  readonly view: Pick<FigureView, 'figure'>;
  readonly cell: CellView;
}

export function CellNumbers({ view: { figure }, cell }: CellNumbersProps) {
  const pairs = (figure.floor === undefined ? plainPairs : changePairs)({ view: { figure }, cell });
  const levels = figure.levels ?? [];
  return (
    <dl className="pairs">
      {[...pairs, ...levels.map(({ name, value }) => [name, valueText(figure, value)] as const)].map(
        ([name, text]) => (
          <Pair key={name} name={name} text={text} />
        ),
      )}
    </dl>
  );
}

type Pairs = readonly (readonly [string, string])[];

function plainPairs({
  view: { figure },
  cell: { value, text, span, isRange, uncertain },
}: CellNumbersProps): Pairs {
  const { unit, measures = unit, varies, rule } = figure;
  const words = span ? spanText(figure, span, isRange) : 'none';
  return [
    ...(text ? [['says', text] as const] : []),
    [measures, value === null ? 'not defined' : valueText(figure, value)],
    ...(varies || span
      ? [[spanName(figure, isRange), `${words}${uncertain ? ', includes 0' : ''}`] as const]
      : []),
    ...(varies ? [['over', countText(varies.n, varies.what)] as const] : []),
    ...(span && !isRange ? [['rule', rule ?? 'that of an older version'] as const] : []),
  ];
}

/** For figures with values read against a floor. */
function changePairs({ view: { figure }, cell }: CellNumbersProps): Pairs {
  const { value, difference, span, isRange, uncertain, covers } = cell;
  const { unit, measures = unit, varies, ranges } = figure;
  const lost = (levelOf(figure, 'clean')?.value ?? 0) - (floorOf(figure)?.value ?? 0);
  const range = ranges?.[cell.cell];
  if (value === null || difference === null) return [[measures, 'not defined']];
  const share = lost === 0 ? null : percent(Math.round((difference / lost) * 1000) / 1000);
  return [
    [measures, valueText(figure, value)],
    ...(range && varies && varies.n > 1 ? [['its draws', rangeText(figure, range)] as const] : []),
    ['effect', `${differenceText(figure, difference)}${uncertain ? ', may be chance' : ''}`],
    ...(span && !isRange ? [[spanName(figure, false), spanText(figure, span, false)] as const] : []),
    ...(share === null ? [] : [['of what was lost', share] as const]),
    ...(covers === null ? [] : [['restored in', covers] as const]),
  ];
}

/** A point's coordinates, given its first cell. */
export function PointNumbers({ view, cell }: { readonly view: FigureView; readonly cell: CellView }) {
  const { across, figure } = view;
  return (
    <dl className="pairs">
      {across.labels.map((name, axis) => (
        <Pair key={name} name={name} text={plain(figure.values[cell.cell + axis] ?? Number.NaN)} />
      ))}
    </dl>
  );
}

function Pair({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}
