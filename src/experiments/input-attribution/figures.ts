/** The pictures of input attribution: tokens by method, norms, completeness, dimensions. */
import type { ModelSpec } from '../../model/spec';
import type { Figure, FigureAxis } from '../../results/document';
import { mean } from '../../statistics/stats';
import { averaged, meanAt, overCases } from '../common/average';
import { numbered } from '../common/axes';
import { amountText, largestCell, overText } from '../common/largest';
import { metricText, metricUnit } from '../common/metric';
import { positionRows } from '../common/positions';
import type { Counted } from '../contract/study';
import type { DocumentContext } from '../experiment';
import { placeText } from '../../results/place';
import type { Attributed } from './runs';
import { type InputSpec, METHODS, type Method } from './spec';

type Case = Counted<Attributed>;

/** Methods whose numbers have a sign and sum up; the others are norms. */
const isSigned = (method: Method): boolean =>
  method === 'integrated-gradients' || method === 'input-x-gradient';

const BASELINES: Readonly<Record<InputSpec['baseline'], string>> = {
  zero: 'zero embeddings',
  mean: 'the mean embedding',
  twin: 'the twin’s embeddings',
};

export function figuresOf(spec: InputSpec, cases: readonly Case[], context: DocumentContext): Figure[] {
  const signed = spec.methods.filter(isSigned);
  const norms = spec.methods.filter((method) => !isSigned(method));
  const rows = rowsOf(spec, context);
  return [
    ...(signed.length > 0 ? [tokensFigure(spec, signed, cases, rows)] : []),
    ...norms.map((method) => tokensFigure(spec, [method], cases, rows)),
    ...completenessFigures(spec, cases),
    ...dimensionFigures(spec, cases, rows.axis, context.spec),
  ];
}

type Rows = ReturnType<typeof rowsOf>;

function rowsOf(spec: InputSpec, { decode }: DocumentContext) {
  const rows = positionRows(spec, decode);
  const [{ subject }, another] = spec.cases as [InputSpec['cases'][number], unknown];
  if (another || !subject) return rows;
  const marked: [number, number] = [subject.begin, subject.end];
  return { ...rows, axis: { ...rows.axis, marked } };
}

/** One column per method. Tokens of one role are summed where the numbers sum up, else averaged. */
function tokensFigure(
  spec: InputSpec,
  methods: readonly Method[],
  cases: readonly Case[],
  rows: Rows,
): Figure {
  const columns = cases.map((one) => methods.map((method) => byRow(one, method, rows)));
  const perCase = columns.map((of) => rows.axis.labels.flatMap((_, row) => of.map((column) => column[row]!)));
  const [first] = methods as [Method];
  const hasSign = isSigned(first);
  const { values, ...spread } = averaged(perCase, overCases(spec, cases));
  return {
    name: hasSign ? 'tokens' : first,
    title: hasSign ? 'what each token gives' : `${METHODS[first]}, by token`,
    axes: [rows.axis, { name: 'method', labels: methods.map((method) => METHODS[method]) }],
    unit: unitOf(spec, first),
    values,
    ...spread,
    // Empty texts: the numbers are written into the cells.
    texts: values.map(() => ''),
    drawn: 'heatmap',
    scale: hasSign ? 'signed' : 'positive',
    caption: captionOf(spec, methods),
  };
}

const unitOf = ({ metric }: InputSpec, method: Method): string =>
  isSigned(method) ? metricUnit(metric) : `${metricUnit(metric)} per unit of the embedding`;

function byRow({ i, numbers }: Case, method: Method, { positions }: Rows): (number | null)[] {
  const own = numbers.tokens[method]!;
  return positions(i).map((places) => {
    const average = meanAt(own, places);
    return average === null || !isSigned(method) ? average : average * places.length;
  });
}

function captionOf(spec: InputSpec, methods: readonly Method[]): string {
  if (!isSigned(methods[0]!))
    return 'How strongly the answer reacts to small changes of the token’s embedding.';
  const path = methods.includes('integrated-gradients')
    ? ` Integrated gradients: from ${BASELINES[spec.baseline]} to the prompt’s, in ${spec.steps} steps.`
    : '';
  return `Summed over the dimensions of the token’s embedding; positions stay as they are.${path}`;
}

/** Whether integrated gradients add up to the change of the metric along their path. */
function completenessFigures(spec: InputSpec, cases: readonly Case[]): Figure[] {
  const perCase = cases.flatMap(({ numbers }) => completenessOf(numbers) ?? []);
  if (perCase.length === 0) return [];
  const isOne = cases.length === 1;
  return [
    {
      name: 'completeness',
      title: 'whether integrated gradients add up',
      axes: [
        {
          name: 'number',
          labels: [
            'at the prompt',
            'at the baseline',
            'difference',
            'sum of attributions',
            isOne ? 'gap' : '|gap|',
          ],
        },
      ],
      unit: metricUnit(spec.metric),
      ...averaged(
        perCase.map(({ clean, baseline, sum, gap }) => [
          clean,
          baseline,
          clean - baseline,
          sum,
          isOne ? gap : Math.abs(gap),
        ]),
        overCases(spec, cases),
      ),
      drawn: 'table',
      scale: 'signed',
      caption: 'The gap is the sum less the difference. More steps make it smaller.',
    },
  ];
}

interface Completeness {
  readonly clean: number;
  readonly baseline: number;
  readonly sum: number;
  readonly gap: number;
}

function completenessOf({ clean, baseline, tokens }: Attributed): Completeness | null {
  if (baseline === null) return null;
  const sum = tokens['integrated-gradients']!.reduce((total, value) => total + value, 0);
  return { clean, baseline, sum, gap: sum - (clean - baseline) };
}

function dimensionFigures(
  spec: InputSpec,
  cases: readonly Case[],
  position: FigureAxis,
  { dModel }: ModelSpec,
): Figure[] {
  const { dimensions } = cases[0]!.numbers;
  if (!dimensions) return [];
  return spec.methods.map((method) => ({
    name: `${method} dimensions`,
    title: `${method === 'gradient-norm' ? 'gradient' : METHODS[method]}, by dimension`,
    axes: [position, numbered('dimension', dModel)],
    unit: unitOf(spec, method),
    values: [...dimensions[method]!],
    drawn: 'heatmap',
    scale: method === 'saliency' ? 'positive' : 'signed',
  }));
}

/** The token with the largest attribution of the first method, and whether the sum is complete. */
export function findingOf(spec: InputSpec, cases: readonly Case[], context: DocumentContext): string {
  const [method] = spec.methods as [Method];
  const rows = rowsOf(spec, context);
  const figure = { ...tokensFigure(spec, [method], cases, rows), axes: [rows.axis] };
  const samples = { rows: cases.map((one) => byRow(one, method, rows)), over: overCases(spec, cases) };
  const best = largestCell([{ figure, samples }], 'either')!;
  const place = placeText(figure, best.cell);
  const amount = amountText(best.value, best.interval, figure.unit, best.range);
  const metric = metricText(spec, context.outcome);
  const over = overText(figure);
  if (!isSigned(method))
    return `The ${METHODS[method]} of ${metric} is largest at ${place}: ${amount}${over}.`;
  const isPath = method === 'integrated-gradients';
  const by = isPath ? `integrated gradients from ${BASELINES[spec.baseline]}` : METHODS[method];
  const verb = best.value < 0 ? 'takes most from' : 'gives most to';
  return `By ${by}, ${place} ${verb} ${metric}: ${amount}${isPath ? wholeText(cases, figure.unit) : ''}${over}.`;
}

/** ' of 3.2 logits in all (gap 0.001)' */
function wholeText(cases: readonly Case[], unit: string): string {
  const { change, gap } = meanGap(cases)!;
  return ` of ${amountText(change, null, unit)} in all (gap ${amountText(gap, null, unit)})`;
}

/** Means over the cases, the gap's without its sign; null without a path. */
function meanGap(cases: readonly Case[]): { readonly change: number; readonly gap: number } | null {
  const found = cases.flatMap(({ numbers }) => completenessOf(numbers) ?? []);
  if (found.length === 0) return null;
  return {
    change: mean(found.map(({ clean, baseline }) => clean - baseline)),
    gap: mean(found.map(({ gap }) => Math.abs(gap))),
  };
}

/** A larger share of the change than this is missing: the numbers are not to be trusted. */
const MOST_GAP = 0.05;

/** Says so if the steps do not follow the path. */
export function notesOf(spec: InputSpec, cases: readonly Case[], { spec: model }: DocumentContext): string[] {
  const found = meanGap(cases);
  if (!found || found.gap <= MOST_GAP * Math.abs(found.change)) return [];
  const isSteep = spec.baseline === 'zero' && model.positions.kind !== 'learned';
  return [
    'Integrated gradients do not add up here: the gap is above 5 % of the difference. ' +
      (isSteep
        ? 'Nothing is added to zero embeddings in this model, and its norms divide their size away, so that the ' +
          'answer changes in a small part of the path. Begin at the mean embedding or at a twin.'
        : 'Take more steps, or another baseline.'),
  ];
}
