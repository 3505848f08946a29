/** Figures of a path: lengths, angles, nearness, attention steps by source, the plane. */
import type { Figure, FigureAxis } from '../../results/document';
import { percent } from '../../results/format';
import { mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, overCases } from '../common/average';
import { numbered } from '../common/axes';
import { amountText } from '../common/largest';
import { placeRows } from '../common/placeRows';
import { positionRows } from '../common/positions';
import { answerRowOf, type StudySpec } from '../common/spec';
import { type NamedRows, rowsOf } from '../common/rows';
import type { Counted as CountedOf } from '../contract/study';
import { gathered } from '../contract/sweep';
import type { DocumentContext } from '../experiment';
import { pointNames, stepNames } from './path';
import { maxOf } from '../../util/lists';

type Grid = readonly (readonly (number | null)[])[];

/** [position][point or step] over chosen positions; `sources` and `shares` at the answer's row. */
export interface PathNumbers {
  readonly norm: Grid;
  /** With the last point. */
  readonly cosine: Grid;
  /** The answer's rank by cosine; Spearman's of all cosines with the final logits. */
  readonly rank: Grid | null;
  readonly correlation: Grid | null;
  readonly stepLength: Grid;
  /** Degrees between consecutive steps. */
  readonly turn: Grid;
  /** Path length and displacement. */
  readonly extent: Grid;
  /** [L, H, T] */
  readonly sources: readonly number[];
  /** [L, T + 1]; the last entry is the biases. */
  readonly shares: readonly number[];
  /** [position, point] in the plane of the first two principal components; one case only. */
  readonly plane: {
    readonly coordinates: readonly (readonly number[])[];
    readonly shares: readonly number[];
  } | null;
  /** Largest error of the sum of steps, and of the sum of sources. */
  readonly gaps: readonly [number, number];
}

type Counted = CountedOf<PathNumbers>;

type Asked = StudySpec & { readonly positions: NamedRows; readonly proximity: boolean };

export function figuresOf(
  spec: Asked,
  cases: readonly Counted[],
  { spec: model, decode }: DocumentContext,
): Figure[] {
  const rows = placeRows(spec, spec.positions, decode);
  const over = overCases(spec, cases);
  const points: FigureAxis = { name: 'point', labels: pointNames(model) };
  const steps: FigureAxis = { name: 'step', labels: stepNames(model) };
  const corners: FigureAxis = {
    name: 'steps',
    labels: steps.labels.slice(1).map((to, i) => `${steps.labels[i]} to ${to}`),
  };
  const grid = (
    name: string,
    title: string,
    unit: string,
    axis: FigureAxis,
    get: (numbers: PathNumbers) => Grid,
    scale: Figure['scale'] = 'positive',
  ): Figure => ({
    name,
    title,
    axes: [rows.axis, axis],
    unit,
    ...averaged(
      cases.map(({ i, numbers }) =>
        byRow(get(numbers), rowsOf(spec.positions, spec.cases[i]!, 'positions'), rows.positions(i)),
      ),
      over,
    ),
    drawn: 'heatmap',
    scale,
  });
  return [
    grid('step_length', 'length of each step', 'length', steps, ({ stepLength }) => stepLength),
    grid(
      'extent',
      'length of the whole path, and from end to end',
      'length',
      { name: 'extent', labels: ['path', 'displacement'] },
      ({ extent }) => extent,
    ),
    grid('turn', 'angle between steps', 'degrees', corners, ({ turn }) => turn),
    grid('norm', 'length of the state', 'length', points, ({ norm }) => norm),
    grid('cosine', 'cosine with the last state', 'cosine', points, ({ cosine }) => cosine, 'signed'),
    ...(spec.proximity
      ? [
          grid('rank', 'rank of the answer by cosine (0 is nearest)', 'places', points, ({ rank }) => rank!),
          grid(
            'correlation',
            'rank correlation of nearness with the final logits',
            'correlation',
            points,
            ({ correlation }) => correlation!,
            'signed' as const,
          ),
        ]
      : []),
    ...sourceFigures(spec, cases, decode, model.nLayers, model.nHeads),
    ...planeFigure(cases, rows.axis, points),
    {
      name: 'differences',
      title: 'largest difference between a sum and its whole',
      axes: [{ name: 'sum of', labels: ['steps', 'sources'] }],
      unit: 'entry',
      values: [0, 1].map((k) => maxOf(cases.map(({ numbers }) => numbers.gaps[k]!))),
      drawn: 'table',
      scale: 'positive',
      caption: 'Steps against last less first state, sources and biases against the attention output.',
    },
  ];
}

/** [position][k] -> [row, k]: means within a row. */
function byRow(
  grid: Grid,
  chosen: readonly number[],
  groups: readonly (readonly number[])[],
): (number | null)[] {
  return groups.flatMap((group) =>
    grid[0]!.map((_, k) => {
      const values = group.flatMap((row) => grid[chosen.indexOf(row)]![k] ?? []);
      return values.length === 0 ? null : mean(values);
    }),
  );
}

function sourceFigures(
  spec: Asked,
  cases: readonly Counted[],
  decode: (id: number) => string,
  L: number,
  H: number,
): Figure[] {
  const rows = positionRows(spec, decode);
  const over = overCases(spec, cases);
  const source = { ...rows.axis, name: spec.cases.length === 1 ? 'source' : 'source role' };
  const [layer, head] = [numbered('layer', L), numbered('head', H)];
  const T = (i: number) => spec.cases[i]!.tokens.length;
  const lengths = cases.map(({ i, numbers }) =>
    gathered([layer, head, { name: 'source' }], numbers.sources, T(i), rows.positions(i)),
  );
  const shares = cases.map(({ i, numbers }) =>
    range(0, L).flatMap((l) => {
      const own = numbers.shares.slice(l * (T(i) + 1), (l + 1) * (T(i) + 1));
      const byRow = rows.positions(i).map((group) => group.reduce((sum, s) => sum + own[s]!, 0));
      return [...byRow, own.at(-1)!];
    }),
  );
  return [
    {
      name: 'sources',
      title: 'length of what each head writes at the answer’s row, by source',
      axes: [layer, head, source],
      unit: 'length',
      ...averaged(lengths, over),
      drawn: 'heatmap',
      scale: 'positive',
    },
    {
      name: 'shares',
      title: 'share of the attention step at the answer’s row, by source',
      axes: [layer, { ...source, labels: [...source.labels, 'biases'] }],
      unit: 'share',
      ...averaged(shares, over),
      drawn: 'heatmap',
      scale: 'signed',
      caption:
        'What each source adds along the step; a layer’s shares sum to 1, and one against the step is negative.',
    },
  ];
}

function planeFigure(cases: readonly Counted[], row: FigureAxis, points: FigureAxis): Figure[] {
  const plane = cases.length === 1 ? cases[0]!.numbers.plane : null;
  if (!plane) return [];
  const labels = plane.shares.map((share, k) => `PC ${k + 1} (${percent(Math.round(100 * share) / 100)})`);
  return [
    {
      name: 'plane',
      title: 'the paths in their plane of most variance',
      axes: [row, points, { name: 'component', labels }],
      unit: 'length',
      values: plane.coordinates.flat(),
      drawn: 'path',
      scale: 'signed',
      caption: 'Principal components of all points of all positions, centred on their mean.',
    },
  ];
}

/** The path's tortuosity at the answer's row, and its longest step. */
export function findingOf(spec: Asked, cases: readonly Counted[], { spec: model }: DocumentContext): string {
  const own = cases.flatMap(({ i, numbers }) => {
    const at = rowsOf(spec.positions, spec.cases[i]!, 'positions').indexOf(answerRowOf(spec.cases[i]!));
    return at < 0 ? [] : [{ extent: numbers.extent[at]!, steps: numbers.stepLength[at]! }];
  });
  if (own.length === 0) return 'See the maps: the answer’s row is not among the chosen positions.';
  const [path, displacement] = [0, 1].map((k) => mean(own.map(({ extent }) => extent[k]!)));
  const names = stepNames(model);
  const lengths = names.map((_, s) => mean(own.map(({ steps }) => steps[s]!)));
  const longest = lengths.indexOf(maxOf(lengths));
  const over = own.length > 1 ? `, means over ${own.length} prompts` : '';
  return (
    `At the answer's row the state goes a way of ${amountText(path!, null, '')} to end ${amountText(displacement!, null, '')} from where it began; ` +
    `its longest step is ${names[longest]} (${amountText(lengths[longest]!, null, '')})${over}.`
  );
}
