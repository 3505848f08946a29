/** The pictures of input attribution: tokens by method, norms, continuation, dimensions. */
import type { Figure, FigureAxis } from '../../results/document';
import { averaged, meanAt, overCases } from '../common/average';
import { numbered } from '../common/axes';
import { metricUnit } from '../common/metric';
import { type PositionRows, positionRows } from '../common/positions';
import type { StudyCase } from '../common/spec';
import type { DocumentContext } from '../experiment';
import { completenessFigures } from './completeness';
import { continued, generatedLabels } from './continuation';
import type { ByMethod, Case } from './runs';
import { BASELINES, COLUMNS, type InputSpec, isSigned, METHODS, type Method } from './spec';

export function figuresOf(spec: InputSpec, cases: readonly Case[], context: DocumentContext): Figure[] {
  const signed = spec.methods.filter(isSigned);
  const norms = spec.methods.filter((method) => !isSigned(method));
  const rows = markedRows(spec, context);
  return [
    ...(signed.length > 0 ? [tokensFigure(spec, signed, cases, rows)] : []),
    ...completenessFigures(spec, cases, context),
    ...norms.map((method) => tokensFigure(spec, [method], cases, rows)),
    ...continuationFigures(spec, cases, context),
    ...dimensionFigures(spec, cases, rows.axis, context),
  ];
}

/** Rows of tokens with the subject marked, or token roles over several prompts. */
export function markedRows(spec: InputSpec, { decode }: Pick<DocumentContext, 'decode'>): PositionRows {
  const rows = positionRows(spec, decode);
  const [only, another] = spec.cases;
  if (another || !only?.subject) return rows;
  const { begin, end } = only.subject;
  return { ...rows, axis: { ...rows.axis, marked: [begin, end] } };
}

/** One column per method. */
export function tokensFigure(
  spec: InputSpec,
  methods: readonly Method[],
  cases: readonly Case[],
  rows: PositionRows,
): Figure {
  const perCase = cases.map((one) => {
    const columns = methods.map((method) => byRow(one, method, rows.positions(one.i)));
    return rows.axis.labels.flatMap((_, row) => columns.map((column) => column[row]!));
  });
  const method = methods[0]!;
  const { values, ...spread } = averaged(perCase, overCases(spec, cases));
  return {
    name: isSigned(method) ? 'tokens' : method,
    title: isSigned(method) ? 'what each token gives' : `${METHODS[method]}, by token`,
    axes: [rows.axis, { name: 'gradients', labels: methods.map((one) => COLUMNS[one]) }],
    unit: unitOf(spec, method),
    values,
    ...spread,
    ...written(values),
    drawn: 'heatmap',
    scale: isSigned(method) ? 'signed' : 'positive',
    caption: captionOf(spec, methods),
  };
}

/** A case's numbers by row: tokens of one role are summed where the numbers add up, else averaged. */
export function byRow(
  { numbers }: Case,
  method: Method,
  positions: readonly (readonly number[])[],
): (number | null)[] {
  const own = numbers.tokens[method]!;
  return positions.map((places) => {
    const average = meanAt(own, places);
    return average === null || !isSigned(method) ? average : average * places.length;
  });
}

/** Empty texts: the cells show their numbers. */
const written = (values: Figure['values']): Pick<Figure, 'texts'> => ({ texts: values.map(() => '') });

function unitOf({ metric }: InputSpec, method: Method): string {
  const unit = metricUnit(metric);
  if (isSigned(method)) return unit;
  return `${unit} per unit ${method === 'saliency' ? 'in every dimension' : 'of length'}`;
}

function captionOf(spec: InputSpec, methods: readonly Method[]): string {
  if (!isSigned(methods[0]!)) return 'How steeply the answer changes with the token’s embedding, either way.';
  const path = methods.includes('integrated-gradients')
    ? ` Integrated gradients: from ${BASELINES[spec.baseline]} to the prompt’s, in ${spec.steps} steps.`
    : '';
  return `Summed over the dimensions of the token’s embedding; positions stay as they are.${path}`;
}

/** A column per token that the model says next; its rows are the tokens before it. */
function continuationFigures(spec: InputSpec, [one]: readonly Case[], { decode }: DocumentContext): Figure[] {
  const { continuation } = one!.numbers;
  const n = continuation.length;
  if (n === 0) return [];
  const [prompt] = spec.cases as [StudyCase];
  const { tokens: whole } = continued(prompt, spec.continuation, n - 1);
  const { axis } = markedRows({ ...spec, cases: [{ ...prompt, tokens: whole }] }, { decode });
  const columns = { name: 'generated', labels: generatedLabels(spec.continuation, decode) };
  const T = prompt.tokens.length;
  const numberOf = (all: ByMethod, method: Method, t: number, j: number) =>
    t < T + j ? all[method]![t]! : null;
  return spec.methods.map((method) => ({
    name: `continuation ${method}`,
    title: `${METHODS[method]} of each token that follows`,
    axes: [axis, columns],
    unit: unitOf(spec, method),
    values: axis.labels.flatMap((_, t) =>
      continuation.map(({ tokens }, j) => numberOf(tokens, method, t, j)),
    ),
    drawn: 'heatmap',
    scale: isSigned(method) ? 'signed' : 'positive',
    caption: 'A column: a token of the model’s continuation, after all tokens before it.',
  }));
}

function dimensionFigures(
  spec: InputSpec,
  cases: readonly Case[],
  position: FigureAxis,
  { spec: { dModel } }: DocumentContext,
): Figure[] {
  const { dimensions } = cases[0]!.numbers;
  if (!dimensions) return [];
  return spec.methods.map((method) => ({
    name: `${method} dimensions`,
    title: `${method === 'gradient-norm' ? 'gradient' : METHODS[method]}, by dimension`,
    axes: [position, numbered('dimension', dModel)],
    unit: isSigned(method) ? metricUnit(spec.metric) : `${metricUnit(spec.metric)} per unit`,
    values: [...dimensions[method]!],
    drawn: 'heatmap',
    scale: method === 'saliency' ? 'positive' : 'signed',
  }));
}
