/** Probe accuracy and the effect of moving states along probes, by layer. */
import type { Figure } from '../../results/document';
import { exactInterval, mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, overCases } from '../common/average';
import { amountText } from '../common/largest';
import { metricUnit } from '../common/metric';
import { classNames, type ProbeSpec, splitOf } from './spec';
import type { TrainedLayer } from './training';
import { maxOf } from '../../util/lists';

/** A held-out case's metric changes, [layer][probe's direction, random ones]; null if training. */
export interface PushNumbers {
  readonly changes: readonly (readonly number[])[] | null;
}

/** A pushed held-out case. */
interface Pushed {
  readonly i: number;
  readonly changes: readonly (readonly number[])[];
}

export function figuresOf(
  spec: ProbeSpec,
  trained: readonly TrainedLayer[],
  pushed: readonly Pushed[],
): Figure[] {
  const { layers, classes, shuffles } = spec;
  const { train, held } = splitOf(spec);
  const layer = { name: 'layer', labels: layers.map(String) };
  const names = classNames(spec);
  const largest = maxOf(names.map((name) => held.filter((i) => classes[i] === name).length)) / held.length;
  const levels = [
    { name: 'chance', value: 1 / names.length },
    { name: 'always the largest class', value: largest },
  ];
  const control = trained.map((one) => one.shuffled.map((right) => right / held.length));
  const accuracy: Figure = {
    name: 'accuracy',
    title: 'accuracy of the probe',
    axes: [{ name: 'cases', labels: ['held out', 'training'] }, layer],
    unit: 'share',
    values: [
      ...trained.map((one) => one.held / held.length),
      ...trained.map((one) => one.trained / train.length),
    ],
    intervals: [...trained.map((one) => exactInterval(one.held, held.length)), ...trained.map(() => null)],
    varies: { what: 'held-out cases', n: held.length },
    levels,
    drawn: 'lines',
    scale: 'positive',
    rule: 'Clopper-Pearson',
    caption: 'Each layer’s interval is its own.',
  };
  const shuffledFigure: Figure = {
    name: 'shuffled',
    title: 'accuracy on held-out cases with shuffled training labels',
    axes: [layer],
    unit: 'share',
    ...averaged(
      range(0, shuffles).map((k) => control.map((shares) => shares[k]!)),
      { what: 'shuffles', isDrawn: true, bounds: [0, 1] },
    ),
    levels,
    drawn: 'lines',
    scale: 'positive',
    caption: 'What the same probe finds where there is nothing to find.',
  };
  return [accuracy, shuffledFigure, ...(pushed.length > 0 ? [causalFigure(spec, pushed)] : [])];
}

/** [probe, random] x layer of one case. */
const byDirection = ({ changes }: Pushed): number[] => [
  ...changes.map((own) => own[0]!),
  ...changes.map((own) => mean(own.slice(1))),
];

function causalFigure(spec: ProbeSpec, pushed: readonly Pushed[]): Figure {
  const { layers, controls, metric, causal } = spec;
  return {
    name: 'causal',
    title: `change of ${metric} when the state is moved`,
    axes: [
      { name: 'along', labels: ['the probe', `random (mean of ${controls})`] },
      { name: 'layer', labels: layers.map(String) },
    ],
    unit: metricUnit(metric),
    ...averaged(pushed.map(byDirection), overCases(spec, pushed, 'held-out cases')),
    drawn: 'lines',
    scale: 'signed',
    caption:
      causal === 'patch'
        ? 'The corrupted run with the clean run’s component along the direction.'
        : 'The clean run, pushed along the probe from the mean of its class to that of the next; random directions as far.',
  };
}

/** The best-read layer, with a simultaneous interval, and its direction's effect. */
export function findingOf(
  spec: ProbeSpec,
  trained: readonly TrainedLayer[],
  pushed: readonly Pushed[],
): string {
  const { layers, shuffles } = spec;
  const { held } = splitOf(spec);
  const best = trained.reduce((a, one, l) => (one.held > trained[a]!.held ? l : a), 0);
  const { held: right, shuffled } = trained[best]!;
  const interval = exactInterval(right, held.length, layers.length);
  const atLeast = shuffled.filter((other) => other >= right).length;
  const reading =
    `A linear probe reads ${classNames(spec).join(' / ')} best in layer ${layers[best]}: ` +
    `${amountText(right / held.length, interval, 'of')} ${held.length} held-out cases ` +
    `(shuffled labels ${Number((mean(shuffled) / held.length).toPrecision(2))}, as good in ${atLeast} of ${shuffles}).`;
  if (pushed.length === 0) return reading;
  const { values, intervals } = averaged(pushed.map(byDirection), overCases(spec, pushed));
  const change = (curve: number) => {
    const cell = curve * layers.length + best;
    return amountText(values[cell]!, intervals?.[cell], metricUnit(spec.metric));
  };
  return `${reading} Moving the state along it changes ${spec.metric} by ${change(0)}; along random directions by ${change(1)}.`;
}
