/** Figures of a decomposition: components, running sum, heads, biases, neurons, sources, errors. */
import type { ModelSpec } from '../../model/spec';
import { largestIds } from '../../util/largest';
import type { Figure } from '../../results/document';
import { averaged, overCases } from '../common/average';
import { type PositionRows, positionRows } from '../common/positions';
import type { StudySpec } from '../common/spec';
import type { Counted as CountedOf } from '../contract/study';
import type { DocumentContext } from '../experiment';
import { biasNames, componentNames, type Decomposition, parts, type Part } from './decompose';
import { maxOf } from '../../util/lists';

type Asked = StudySpec & { readonly parts: readonly Part[]; readonly topNeurons: number };

export type Counted = CountedOf<Decomposition>;

const layerLabels = ({ nLayers }: ModelSpec) => Array.from({ length: nLayers }, (_, l) => `${l}`);

export function figuresOf(
  spec: Asked,
  cases: readonly Counted[],
  { spec: model, decode }: DocumentContext,
): Figure[] {
  const common = { unit: 'logits', scale: 'signed' as const };
  const over = (get: (numbers: Decomposition) => readonly number[]) =>
    averaged(
      cases.map(({ numbers }) => get(numbers)),
      overCases(spec, cases),
    );
  const layer = { name: 'layer', labels: layerLabels(model) };
  const head = { name: 'head', labels: Array.from({ length: model.nHeads }, (_, h) => `${h}`) };
  const total = cases.reduce((all, { numbers }) => all + numbers.logit / cases.length, 0);
  const level = { levels: [{ name: 'the model', value: total }] };
  const components: Figure = {
    ...common,
    name: 'components',
    title: 'what each component writes',
    axes: [{ name: 'component', labels: componentNames(model) }],
    ...over(({ components }) => components),
    ...level,
    drawn: 'bars',
    caption: 'The bars sum to the logit, with the final norm’s scale held at its value in the run.',
  };
  const accumulated: Figure = {
    ...common,
    name: 'accumulated',
    title: 'sum of the components up to here',
    axes: components.axes,
    ...over(({ components }) => runningSum(components)),
    ...level,
    drawn: 'lines',
  };
  const figures = [components, accumulated];
  if (spec.parts.includes('heads')) {
    const caption = 'A head’s output through its rows of W_O; biases are apart.';
    const values = over(({ heads }) => heads!);
    figures.push({
      ...common,
      name: 'heads',
      title: 'what each head writes',
      axes: [layer, head],
      ...values,
      drawn: 'heatmap',
      caption,
    });
  }
  const names = biasNames(model);
  if (names.length > 0 && spec.parts.some((part) => part === 'heads' || part === 'neurons')) {
    const axes = [layer, { name: 'bias', labels: names }];
    figures.push({
      ...common,
      name: 'biases',
      title: 'what belongs to no head and no neuron',
      axes,
      ...over(({ biases }) => biases),
      drawn: 'table',
    });
  }
  if (spec.parts.includes('neurons')) figures.push({ ...common, ...neuronFigure(spec, cases, model) });
  if (spec.parts.includes('sources')) {
    const rows = positionRows(spec, decode);
    const bySource = averaged(
      cases.map(({ i, numbers }) => byRow(numbers.sources!, spec.cases[i]!.tokens.length, rows.positions(i))),
      overCases(spec, cases),
    );
    const caption = 'The head’s term split by the position that it reads, with this run’s attention.';
    const axes = [layer, head, { ...rows.axis, name: spec.cases.length === 1 ? 'source' : 'source role' }];
    figures.push({
      ...common,
      name: 'sources',
      title: 'what each head writes, by source',
      axes,
      ...bySource,
      drawn: 'heatmap',
      caption,
    });
  }
  return [...figures, differencesFigure(spec, cases)];
}

function runningSum(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => {
    total += value;
    return total;
  });
}

/** [..., T] -> [..., rows]: sums over a row's positions; 0 if the prompt has none. */
function byRow(
  values: readonly number[],
  T: number,
  positions: ReturnType<PositionRows['positions']>,
): number[] {
  return Array.from({ length: values.length / T }, (_, outer) =>
    positions.map((places) => places.reduce((total, t) => total + values[outer * T + t]!, 0)),
  ).flat();
}

/** The neurons with the largest |terms|, over all layers. */
function neuronFigure(
  spec: Asked,
  cases: readonly Counted[],
  { dMlp: M, nLayers: L }: ModelSpec,
): Omit<Figure, 'unit' | 'scale'> {
  const means = Float64Array.from(
    { length: L * M },
    (_, n) => cases.reduce((total, { numbers }) => total + numbers.neurons![n]!, 0) / cases.length,
  );
  const top = largestIds(means.map(Math.abs), spec.topNeurons);
  const rest = (numbers: readonly number[]) =>
    numbers.reduce((all, value) => all + value, 0) - top.reduce((all, n) => all + numbers[n]!, 0);
  return {
    name: 'neurons',
    title: `the ${top.length} neurons that write most`,
    axes: [
      {
        name: 'neuron',
        labels: [...top.map((n) => `L${Math.floor(n / M)}N${n % M}`), 'all others'],
      },
    ],
    ...averaged(
      cases.map(({ numbers }) => [...top.map((n) => numbers.neurons![n]!), rest(numbers.neurons!)]),
      overCases(spec, cases),
    ),
    drawn: 'bars',
    caption: 'mlp.hook_post times the neuron’s row of W_out.',
  };
}

function differencesFigure({ parts: asked }: Asked, cases: readonly Counted[]): Figure {
  const checked = parts.filter((part) => part === 'components' || asked.includes(part));
  return {
    name: 'differences',
    title: 'largest difference between a sum and its whole',
    axes: [{ name: 'sum of', labels: checked }],
    unit: 'logits',
    values: checked.map((part: Part) => maxOf(cases.map(({ numbers }) => numbers.differences[part]!))),
    drawn: 'table',
    scale: 'positive',
    caption:
      'Components against the run’s logit, heads and neurons against their sub-layer, sources against their head.',
  };
}
