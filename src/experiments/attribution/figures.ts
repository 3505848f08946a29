/** Figures of a decomposition: components, running sum, heads, biases, neurons, sources, errors. */
import type { ModelSpec } from '../../model/spec';
import { largestIds } from '../../util/largest';
import type { Figure } from '../../results/document';
import { averaged, overCases } from '../common/average';
import { numbered } from '../common/axes';
import { type PositionRows, positionRows } from '../common/positions';
import type { StudySpec } from '../common/spec';
import type { Counted as CountedOf } from '../contract/study';
import type { DocumentContext } from '../experiment';
import { biasNames, componentNames, type Decomposition, parts, type Part } from './decompose';
import { maxOf } from '../../util/lists';

type Asked = StudySpec & { readonly parts: readonly Part[]; readonly topNeurons: number };

export type Counted = CountedOf<Decomposition>;

export function figuresOf(
  spec: Asked,
  cases: readonly Counted[],
  { spec: model, decode }: DocumentContext,
): Figure[] {
  const { parts: asked } = spec;
  const over = overCases(spec, cases);
  const figure = (
    about: Pick<Figure, 'name' | 'title' | 'axes' | 'drawn' | 'levels' | 'caption'>,
    values: (one: Counted) => readonly number[],
  ): Figure => ({ ...about, unit: 'logits', scale: 'signed', ...averaged(cases.map(values), over) });
  const layer = numbered('layer', model.nLayers);
  const head = numbered('head', model.nHeads);
  const component = { name: 'component', labels: componentNames(model) };
  const total = cases.reduce((all, { numbers }) => all + numbers.logit / cases.length, 0);
  const levels = [{ name: 'the model', value: total }];
  const components = figure(
    {
      name: 'components',
      title: 'what each component writes',
      axes: [component],
      levels,
      drawn: 'bars',
      caption: 'The bars sum to the logit, with the final norm’s scale held at its value in the run.',
    },
    ({ numbers }) => numbers.components,
  );
  const accumulated = figure(
    {
      name: 'accumulated',
      title: 'sum of the components up to here',
      axes: [component],
      levels,
      drawn: 'lines',
    },
    ({ numbers }) => runningSum(numbers.components),
  );
  const figures = [components, accumulated];
  if (asked.includes('heads')) {
    const caption = 'A head’s output through its rows of W_O; biases are apart.';
    const about = { name: 'heads', title: 'what each head writes', axes: [layer, head], caption };
    figures.push(figure({ ...about, drawn: 'heatmap' }, ({ numbers }) => numbers.heads!));
  }
  const names = biasNames(model);
  if (names.length > 0 && (asked.includes('heads') || asked.includes('neurons'))) {
    const axes = [layer, { name: 'bias', labels: names }];
    const about = { name: 'biases', title: 'what belongs to no head and no neuron', axes };
    figures.push(figure({ ...about, drawn: 'table' }, ({ numbers }) => numbers.biases));
  }
  if (asked.includes('neurons')) {
    const top = topNeurons(spec, cases, model);
    const labels = top.map((n) => `L${Math.floor(n / model.dMlp)}N${n % model.dMlp}`);
    const about = {
      name: 'neurons',
      title: `the ${top.length} neurons that write most`,
      axes: [{ name: 'neuron', labels: [...labels, 'all others'] }],
      caption: 'mlp.hook_post times the neuron’s row of W_out.',
    };
    figures.push(figure({ ...about, drawn: 'bars' }, ({ numbers }) => withRest(numbers.neurons!, top)));
  }
  if (asked.includes('sources')) {
    const rows = positionRows(spec, decode);
    const source = { ...rows.axis, name: spec.cases.length === 1 ? 'source' : 'source role' };
    const about = {
      name: 'sources',
      title: 'what each head writes, by source',
      axes: [layer, head, source],
      caption: 'The head’s term split by the position that it reads, with this run’s attention.',
    };
    figures.push(
      figure({ ...about, drawn: 'heatmap' }, ({ i, numbers }) =>
        byRow(numbers.sources!, spec.cases[i]!.tokens.length, rows.positions(i)),
      ),
    );
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

/** The neurons with the largest |mean terms|, over all layers. */
function topNeurons(spec: Asked, cases: readonly Counted[], { dMlp, nLayers }: ModelSpec): number[] {
  const means = Float64Array.from(
    { length: nLayers * dMlp },
    (_, n) => cases.reduce((total, { numbers }) => total + numbers.neurons![n]!, 0) / cases.length,
  );
  return largestIds(means.map(Math.abs), spec.topNeurons);
}

/** The terms of `top`, and the sum of the others. */
function withRest(terms: readonly number[], top: readonly number[]): number[] {
  const own = top.map((n) => terms[n]!);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return [...own, sum(terms) - sum(own)];
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
