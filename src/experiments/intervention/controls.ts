/** Random directions beside an intervention's own: their runs, and what they say. */
import type { Run } from '../../forward/request/types';
import type { RunResult } from '../../forward/request/contract';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { mean } from '../../statistics/stats';
import { capitalised } from '../../util/capitalised';
import { range } from '../../util/range';
import { averaged, type Over } from '../common/average';
import { metricUnit, metricValue } from '../common/metric';
import type { StudyCase } from '../common/spec';
import { type Control, controlled, isRead } from './along';
import type { EditVectors } from './prepare';
import { type InterventionSpec, tablesOf } from './spec';
import { directionOf } from './unembedding';

/** The metric of every draw, by control. */
export type Controls = Readonly<Partial<Record<Control, readonly number[]>>>;

const LABELS: Readonly<Record<Control, string>> = {
  random: 'random directions of the same length',
  sized: 'a change of the same size, in a random direction',
};

/** Where no edit reads the state, a random direction of the same length is a change of the same size. */
function controlsOf({ edits, controls }: InterventionSpec): readonly Control[] {
  const directed = edits.filter((edit) => directionOf(edit));
  if (controls === 0 || directed.length === 0) return [];
  return directed.some(isRead) ? ['random', 'sized'] : ['random'];
}

const idOf = (kind: Control, draw: number): string => `${kind}.${draw}`;

interface About {
  readonly model: ModelSpec;
  readonly vectors: EditVectors;
  readonly like: Pick<Run, 'metric'>;
}

export function controlRuns(spec: InterventionSpec, one: StudyCase, { model, vectors, like }: About): Run[] {
  return controlsOf(spec).flatMap((kind) =>
    range(0, spec.controls).map((draw): Run => {
      const directions = controlled(spec.edits, vectors, kind, { seed: spec.seed, draw });
      return { id: idOf(kind, draw), base: spec.on, ...like, ...tablesOf(spec, one, { model, directions }) };
    }),
  );
}

export const controlsOfRuns = (spec: InterventionSpec, runs: Readonly<Record<string, RunResult>>): Controls =>
  Object.fromEntries(
    controlsOf(spec).map((kind) => [
      kind,
      range(0, spec.controls).map((draw) => metricValue(spec.metric, runs[idOf(kind, draw)]!.metric!)),
    ]),
  );

interface Controlled {
  readonly before: number;
  readonly after: number;
  readonly controls: Controls;
}

/** The changes beside those of the controls; none without controls. */
export function controlFigures(spec: InterventionSpec, cases: readonly Controlled[], over: Over): Figure[] {
  const kinds = controlsOf(spec);
  if (kinds.length === 0) return [];
  const rows = cases.map(({ before, after, controls }) => [
    after - before,
    ...kinds.map((kind) => mean(controls[kind]!) - before),
  ]);
  const labels = ['the changes', ...kinds.map((kind) => `${LABELS[kind]} (mean of ${spec.controls})`)];
  return [
    {
      name: 'controls',
      title: 'the change beside random ones',
      axes: [{ name: 'direction', labels }],
      unit: metricUnit(spec.metric),
      ...(cases.length > 1 ? averaged(rows, over) : alone(cases[0]!, kinds, rows[0]!)),
      drawn: 'bars',
      scale: 'signed',
    },
  ];
}

/** One prompt: the random directions vary. */
function alone({ before, controls }: Controlled, kinds: readonly Control[], values: readonly number[]) {
  const draws = controls[kinds[0]!]!.map((_, draw) => kinds.map((kind) => controls[kind]![draw]! - before));
  const { intervals, ranges, rule, varies } = averaged(draws, { what: 'random directions', isDrawn: true });
  return {
    values: [...values],
    ...(varies ? { varies } : {}),
    ...(intervals && rule ? { intervals: [null, ...intervals], rule } : {}),
    ...(ranges ? { ranges: [null, ...ranges] } : {}),
  };
}

/** ' Random directions of the same length: +0.1; a change of the same size, ...: -0.2.' */
export function controlsText(spec: InterventionSpec, [figure]: readonly Figure[]): string {
  if (!figure) return '';
  const parts = controlsOf(spec).map((kind, k) => {
    const value = Number(figure.values[k + 1]!.toPrecision(3));
    return `${LABELS[kind]}: ${value > 0 ? '+' : ''}${value}`;
  });
  return ` ${capitalised(parts.join('; '))}.`;
}
