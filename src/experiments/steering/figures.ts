/** Dose-response curves: metric, effect, p(answer), divergence, effect per unit of dose. */
import type { Figure, FigureAxis } from '../../results/document';
import { standardError } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, type Averaged, type Bounds, meanCells, type Over } from '../common/average';
import { largestCell } from '../common/largest';
import { metricBounds, metricUnit } from '../common/metric';
import { GRIDS } from '../common/grids';
import type { DocumentContext } from '../experiment';
import type { SteeringSpec } from './spec';
import { minOf } from '../../util/lists';

/** Row-major [layer, set, dose]; set 0 is the direction, the others random. */
export interface DoseNumbers {
  readonly q: readonly number[];
  readonly p: readonly number[];
  /** KL(unsteered || steered), in nats; null if not requested. */
  readonly kl: readonly number[] | null;
  /** Largest |logit of the answer at dose 0 - without steering|. */
  readonly zeroDifference: number;
}

interface Kind {
  readonly bounds?: Bounds | undefined;
  readonly isDivergence?: boolean | undefined;
}

/** Maps the values along one curve to those shown. */
type AlongDoses = (curve: readonly number[]) => number[];

export function figuresOf(spec: SteeringSpec, cases: readonly DoseNumbers[], over: Over): Figure[] {
  const { alphas, metric } = spec;
  const doses: FigureAxis = { name: 'dose', labels: alphas.map(String), at: [...alphas] };
  const steps: FigureAxis = {
    name: 'dose',
    labels: alphas.slice(1).map((to, a) => `${alphas[a]} to ${to}`),
    at: alphas.slice(1).map((to, a) => (alphas[a]! + to) / 2),
  };
  const zero = alphas.indexOf(0);
  const same: AlongDoses = (curve) => [...curve];
  const effect: AlongDoses = (curve) => curve.map((q) => q - curve[zero]!);
  const slope: AlongDoses = (curve) =>
    curve.slice(1).map((to, a) => (to - curve[a]!) / (alphas[a + 1]! - alphas[a]!));
  const unit = metricUnit(metric);
  const figure = (
    name: string,
    title: string,
    get: (numbers: DoseNumbers) => readonly number[],
    along: AlongDoses,
    more: Pick<Figure, 'unit' | 'scale'> & Kind & { axis?: FigureAxis; caption: string },
  ): Figure => ({
    name,
    title,
    axes: axesOf(spec, more.axis ?? doses),
    unit: more.unit,
    ...curves(spec, cases.map(get), along, over, more),
    drawn: 'lines',
    scale: more.scale,
    caption: more.caption,
  });
  const controls =
    spec.controls > 0 ? ' The random curve is the mean over directions of the same length.' : '';
  return [
    figure('metric', `${metric} by dose`, ({ q }) => q, same, {
      unit,
      bounds: metricBounds(metric, 'level'),
      scale: 'signed',
      caption: `The answer at each dose.${controls}`,
    }),
    figure('effect', `change of ${metric} by dose`, ({ q }) => q, effect, {
      unit,
      bounds: metricBounds(metric, 'difference'),
      scale: 'signed',
      caption: 'The same prompts at every dose: a mean of paired differences to dose 0.',
    }),
    figure('incremental', `change of ${metric} per unit of dose`, ({ q }) => q, slope, {
      unit: `${unit} per unit`,
      bounds: metric === 'p' ? steepest(alphas) : undefined,
      scale: 'signed',
      axis: steps,
      caption: 'Differences between neighbouring doses over their distance; constant for a linear answer.',
    }),
    ...(metric === 'p'
      ? []
      : [
          figure('p', 'probability of the answer by dose', ({ p }) => p, same, {
            unit: 'probability',
            bounds: [0, 1],
            scale: 'positive',
            caption: 'Probabilities saturate; compare with the metric.',
          }),
        ]),
    ...(spec.kl
      ? [
          figure('kl', 'divergence from the unsteered run by dose', ({ kl }) => kl!, same, {
            unit: 'nats',
            isDivergence: true,
            scale: 'positive',
            caption: 'KL(unsteered || steered) at the answer’s row: how much is changed beside the answer.',
          }),
        ]
      : []),
    ...(cases.length > 1 ? [spreadFigure(spec, cases, doses)] : []),
  ];
}

function axesOf({ layers, controls }: SteeringSpec, dose: FigureAxis): FigureAxis[] {
  const labels = ['the direction', ...(controls > 0 ? [`random (mean of ${controls})`] : [])];
  const curve = { name: 'curve', labels };
  return layers.length === 1 ? [curve, dose] : [{ name: 'layer', labels: layers.map(String) }, curve, dose];
}

/** [layer, curve, dose] of one case's numbers. */
function curves(
  { layers, controls, alphas }: SteeringSpec,
  cases: readonly (readonly number[])[],
  along: AlongDoses,
  over: Over,
  { bounds, isDivergence }: Kind,
): Averaged {
  const curveOf = (numbers: readonly number[], l: number, set: number) => {
    const at = (l * (1 + controls) + set) * alphas.length;
    return along(numbers.slice(at, at + alphas.length));
  };
  const controlSets = range(1, 1 + controls);
  const perCase = cases.map((numbers) =>
    layers.flatMap((_, l) => {
      const random = controlSets.map((set) => curveOf(numbers, l, set));
      return [...curveOf(numbers, l, 0), ...(controls > 0 ? meanCells(random) : [])];
    }),
  );
  const [only, another] = cases;
  if (another || controls < 2) return averaged(perCase, { ...over, isDivergence });
  // One prompt: the random directions vary.
  const drawn = controlSets.map((set) => layers.flatMap((_, l) => curveOf(only!, l, set)));
  const random = averaged(drawn, { what: 'random directions', isDrawn: true, bounds, isDivergence });
  const besideRandom = (list: Figure['intervals']) =>
    list &&
    layers.flatMap((_, l) => {
      const n = list.length / layers.length;
      return [...new Array<null>(n).fill(null), ...list.slice(l * n, (l + 1) * n)];
    });
  const { intervals, ranges, ...about } = random;
  return {
    ...about,
    values: perCase[0]!,
    ...(intervals && { intervals: besideRandom(intervals) }),
    ...(ranges && { ranges: besideRandom(ranges) }),
  };
}

/** Slopes of values between 0 and 1. */
function steepest(alphas: readonly number[]): Bounds {
  const nearest = minOf(alphas.slice(1).map((to, a) => to - alphas[a]!));
  return [-1 / nearest, 1 / nearest];
}

/** Gain of pairing: the effect's spread with the same prompts at both doses, and with others. */
function spreadFigure(spec: SteeringSpec, cases: readonly DoseNumbers[], doses: FigureAxis): Figure {
  const { layers, controls, alphas } = spec;
  const zero = alphas.indexOf(0);
  const deviation = (values: readonly number[]) => standardError(values) * Math.sqrt(values.length);
  const values = layers.flatMap((_, l) => {
    const at = (dose: number) => cases.map(({ q }) => q[l * (1 + controls) * alphas.length + dose]!);
    const base = at(zero);
    return [
      ...alphas.map((_a, dose) => deviation(at(dose).map((q, i) => q - base[i]!))),
      ...alphas.map((_a, dose) => Math.hypot(deviation(at(dose)), deviation(base))),
    ];
  });
  const kind = { name: 'prompts', labels: ['the same at both doses', 'others at each dose'] };
  const axes = axesOf(spec, doses);
  return {
    name: 'spread',
    title: 'standard deviation of the effect',
    axes: [...axes.slice(0, -2), kind, doses],
    unit: metricUnit(spec.metric),
    values,
    drawn: 'lines',
    scale: 'positive',
    caption: 'The direction’s effect over prompts, and what it would be without pairing.',
  };
}

/** The largest dose, in the layer of its largest effect. */
export function findingOf(
  spec: SteeringSpec,
  cases: readonly DoseNumbers[],
  figures: readonly Figure[],
  over: Over,
  { outcome }: DocumentContext,
): string {
  const [metric, effect] = figures as readonly [Figure, Figure];
  const { alphas, layers, site } = spec;
  const nCurves = metric.axes.at(-2)!.labels.length;
  const dose = alphas.length - 1;
  const cell = (l: number, curve: number, a: number) => (l * nCurves + curve) * alphas.length + a;
  const change = (l: number) => effect.values[cell(l, 0, dose)]!;
  const best = layers.reduce((a, _, l) => (Math.abs(change(l)) > Math.abs(change(a)) ? l : a), 0);
  const three = (x: number) => Number(x.toPrecision(3));
  const own = ({ q }: DoseNumbers) =>
    layers.map((_, l) => {
      const first = l * (1 + spec.controls) * alphas.length;
      return q[first + dose]! - q[first + alphas.indexOf(0)]!;
    });
  const values = layers.map((_, l) => change(l));
  const samples = { rows: cases.map(own), over };
  const { interval } = largestCell([{ figure: { ...effect, values }, samples }], 'either')!;
  const within = `${interval ? ` [${interval.map(three).join(', ')}]` : ''}${cases.length > 1 ? `, ${cases.length} prompts` : ''}`;
  const [from, to] = [alphas.indexOf(0), dose].map((a) => three(metric.values[cell(best, 0, a)]!));
  const random =
    nCurves > 1
      ? ` Random directions of the same length: ${three(effect.values[cell(best, 1, dose)]!)}.`
      : '';
  const what =
    spec.cases.length === 1
      ? `${spec.metric} of *${outcome(spec.cases[0]!.answer.id).trim()}*`
      : `the mean ${spec.metric}`;
  return `Adding ${alphas[dose]} times the direction to the ${GRIDS[site].title} (layer ${layers[best]}) moves ${what} from ${from} to ${to} (${change(best) > 0 ? '+' : ''}${three(change(best))} ${metric.unit}${within}).${random}`;
}
