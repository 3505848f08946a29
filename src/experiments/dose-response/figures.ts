/** Figures of a dose and its response: average treatment effect, level, incremental effect, spread. */
import type { Figure, FigureAxis } from '../../results/document';
import { standardError } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, type Cells } from '../common/average';
import type { Measured } from './measure';
import type { DoseSpec } from './spec';

export const UNITS = { share: 'share', row: 'rows', column: 'columns', logit: 'logits' } as const;
const MEASURES = {
  share: 'share of pixels',
  row: 'mean row',
  column: 'mean column',
  logit: 'logit',
} as const;

export function doseFigures(spec: DoseSpec, measured: Measured): Figure[] {
  const { doses, baselines, outcome, channel } = spec;
  const { numbers, names, usual, site, isDrawn } = measured;
  const what = `${MEASURES[outcome]} by ${site} ${channel}`;
  const over = { what: isDrawn ? 'latents' : 'pictures', isDrawn };
  const outcomes = range(0, names.length);
  const dose = doseAxis(doses, usual);
  const responses = { name: 'response', labels: [...names] };
  const lines = (cells: (own: readonly Cells[]) => Cells): Omit<Figure, 'name' | 'title' | 'axes'> => ({
    unit: UNITS[outcome],
    ...(outcome === 'share' && { percent: true as const }),
    ...averaged(numbers.map(cells), over),
    drawn: 'lines',
    scale: 'signed',
  });
  const against = baselines.flatMap((base) =>
    names.map((name) => (baselines.length === 1 ? name : `${name}, from ${base}`)),
  );
  return [
    {
      name: 'effect',
      title: `change of the ${what}`,
      axes: [{ name: 'response', labels: against }, dose],
      ...lines((own) =>
        baselines.flatMap((_, b) =>
          outcomes.flatMap((o) => doses.map((_, d) => less(own[d]![o]!, own[doses.length + b]![o]!))),
        ),
      ),
      caption: `Average treatment effect: at each dose less at ${baselines.join(' and ')}, paired, the same inputs at both. Shaded: ${short(usual[0])} to ${short(usual[1])}, which the net meets by itself.`,
    },
    {
      name: 'level',
      title: what,
      axes: [responses, dose],
      ...lines((own) => outcomes.flatMap((o) => doses.map((_, d) => own[d]![o]!))),
      caption: 'Mean over inputs at each dose.',
    },
    {
      name: 'incremental',
      title: `change of the ${what}, per unit`,
      axes: [responses, stepAxis(doses)],
      ...lines((own) =>
        outcomes.flatMap((o) =>
          slopes(
            own.map((cells) => cells[o]!),
            doses,
          ),
        ),
      ),
      unit: `${UNITS[outcome]} per unit`,
      caption: 'Differences between neighbouring doses over their distance; constant for a linear net.',
    },
    {
      name: 'spread',
      title: 'standard deviation of the effect',
      axes: [{ name: 'inputs', labels: ['the same at both doses', 'others at each dose'] }, dose],
      unit: UNITS[outcome],
      values: spreadOf(numbers, doses.length),
      drawn: 'lines',
      scale: 'positive',
      caption: `Of ${names[0]} over inputs, and what it would be without pairing.`,
    },
  ];
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Marks the doses that the net meets by itself. */
function doseAxis(doses: readonly number[], [low, high]: readonly [number, number]): FigureAxis {
  const isUsual = (dose: number) => dose >= low && dose <= high;
  const begin = doses.findIndex(isUsual);
  return {
    name: 'dose',
    labels: doses.map(String),
    at: [...doses],
    ...(begin >= 0 && { marked: [begin, doses.findLastIndex(isUsual) + 1] as [number, number] }),
  };
}

const stepAxis = (doses: readonly number[]): FigureAxis => ({
  name: 'dose',
  labels: doses.slice(1).map((to, d) => `${doses[d]} to ${to}`),
  at: doses.slice(1).map((to, d) => (doses[d]! + to) / 2),
});

function slopes(values: Cells, doses: readonly number[]): Cells {
  return doses.slice(1).map((to, d) => {
    const change = less(values[d + 1]!, values[d]!);
    return change === null ? null : change / (to - doses[d]!);
  });
}

const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

/** Of the first outcome and baseline: of paired differences, and of independent ones. */
function spreadOf(numbers: Measured['numbers'], doses: number): (number | null)[] {
  const deviation = (values: Cells) => {
    const known = values.filter((value) => value !== null);
    return known.length < 2 ? null : standardError(known) * Math.sqrt(known.length);
  };
  const at = (d: number) => numbers.map((own) => own[d]![0]!);
  const base = at(doses);
  const paired = range(0, doses).map((d) => deviation(at(d).map((value, i) => less(value, base[i]!))));
  const apart = range(0, doses).map((d) => {
    const [a, b] = [deviation(at(d)), deviation(base)];
    return a === null || b === null ? null : Math.hypot(a, b);
  });
  return [...paired, ...apart];
}
