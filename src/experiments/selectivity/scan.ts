/** Every unit ablated alone: each task's loss, and the certainty of the difference. */
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { mean } from '../../statistics/stats';
import { clusterOf } from '../common/average';
import { numbered } from '../common/axes';
import { isSkipped, type Skipped } from '../common/skip';
import { choosingCases, type SelectivitySpec, TASKS, type Task, taskOf } from './spec';
import {
  adjusted,
  type Difference,
  differenceCells,
  differenceOf,
  type Group,
  permutationP,
} from './statistics';
import { type Unit, unitsOf } from './units';

/** The clean run and ablated ones: logit difference, and whether the answer is predicted. */
export interface Levels {
  readonly clean: number;
  readonly isRight: boolean;
  readonly ablated: readonly number[];
  readonly areRight: readonly boolean[];
}

export interface UnitScore {
  /** Recall loss minus reasoning loss: share of the clean logit difference, and accuracy. */
  readonly selectivity: Difference;
  readonly accuracy: Difference;
  /** Mean loss of each task. */
  readonly drop: Readonly<Record<Task, number>>;
  readonly accuracyDrop: Readonly<Record<Task, number>>;
  /** Permutation test of the selectivity, and its Benjamini-Hochberg adjustment over units. */
  readonly p: number;
  readonly q: number;
  readonly cases: number;
}

export interface CaseLevels {
  readonly i: number;
  readonly numbers: Levels;
}

/** Loss of the k-th ablated run of each case of a task. */
export function lossesOf(
  spec: SelectivitySpec,
  cases: readonly CaseLevels[],
  task: Task,
  k: number,
  of: 'logit-diff' | 'accuracy',
): Group {
  const own = cases.filter(({ i }) => taskOf(spec, i) === task);
  const level = mean(own.map(({ numbers }) => numbers.clean));
  const loss = ({ clean, isRight, ablated, areRight }: Levels) =>
    of === 'logit-diff' ? (clean - ablated[k]!) / level : Number(isRight) - Number(areRight[k]!);
  return {
    values: own.map(({ numbers }) => loss(numbers)),
    clusters: own.map(({ i }) => clusterOf(spec.cases[i]!, i)),
  };
}

/** Scores of all units. Throws one sentence if a task has no known choosing case. */
export function scanOf(
  spec: SelectivitySpec,
  model: ModelSpec,
  observed: readonly (Levels | Skipped)[],
): UnitScore[] {
  const places = choosingCases(spec);
  const cases = observed.flatMap((numbers, k) => (isSkipped(numbers) ? [] : [{ i: places[k]!, numbers }]));
  for (const task of TASKS) {
    if (!cases.some(({ i }) => taskOf(spec, i) === task))
      throw new Error(
        `selectivity: ${task}: the model knows none of the cases that choose, got ${places.length} cases, expected at least one known. Ask with "onlyKnown": false.`,
      );
  }
  const scores = unitsOf(model).map((_, k) => {
    const [a, b] = TASKS.map((task) => lossesOf(spec, cases, task, k, 'logit-diff')) as [Group, Group];
    const [c, d] = TASKS.map((task) => lossesOf(spec, cases, task, k, 'accuracy')) as [Group, Group];
    return {
      selectivity: differenceOf(a, b),
      accuracy: differenceOf(c, d),
      drop: { recall: mean(a.values), reasoning: mean(b.values) },
      accuracyDrop: { recall: mean(c.values), reasoning: mean(d.values) },
      p: permutationP(a, b, spec.permutations, spec.seed),
      cases: cases.length,
    };
  });
  const q = adjusted(scores.map(({ p }) => p));
  return scores.map((score, u) => ({ ...score, q: q[u]! }));
}

/** Heads as layer x head, MLPs by layer. */
export function unitFigures(spec: SelectivitySpec, model: ModelSpec, scores: readonly UnitScore[]): Figure[] {
  if (scores.length === 0) return [];
  const units = unitsOf(model);
  const layers = numbered('layer', model.nLayers);
  const parts = [
    {
      name: 'heads',
      title: 'heads',
      isOwn: ({ head }: Unit) => head !== undefined,
      axes: [layers, numbered('head', model.nHeads)],
    },
    { name: 'mlps', title: 'MLPs', isOwn: ({ head }: Unit) => head === undefined, axes: [layers] },
  ];
  return parts.flatMap(({ name, title, isOwn, axes }): Figure[] => {
    const own = scores.filter((_, u) => isOwn(units[u]!));
    if (own.length === 0) return [];
    const drawn = axes.length === 1 ? 'bars' : 'heatmap';
    const varies = { what: 'cases', n: own[0]!.cases };
    const signed = { drawn, scale: 'signed' } as const;
    const byTask = (of: 'drop' | 'accuracyDrop') => ({
      axes: [{ name: 'task', labels: [...TASKS] }, ...axes],
      values: TASKS.flatMap((task) => own.map((score) => score[of][task])),
    });
    const share = "share of the task's clean logit difference";
    const answers = 'share of answers';
    return [
      {
        name,
        title: `selectivity of ${title}`,
        axes,
        unit: share,
        ...differenceCells(own.map(({ selectivity }) => selectivity)),
        varies,
        ...signed,
        caption:
          'What recall loses minus what reasoning loses when this part alone is ablated; positive: serves recall.',
      },
      {
        name: `${name}_accuracy`,
        title: `selectivity of ${title}, accuracy`,
        axes,
        unit: answers,
        ...differenceCells(own.map(({ accuracy }) => accuracy)),
        varies,
        ...signed,
      },
      {
        name: `${name}_q`,
        title: `false discovery rate of ${title}`,
        axes,
        unit: 'q',
        values: own.map(({ q }) => q),
        drawn: 'table',
        scale: 'positive',
        caption: `Permutation test of the selectivity (${spec.permutations} shuffles of subjects between the sets), adjusted for ${scores.length} parts (Benjamini-Hochberg).`,
      },
      {
        name: `${name}_drop`,
        title: `loss by task, ${title}`,
        unit: share,
        ...byTask('drop'),
        ...signed,
      },
      {
        name: `${name}_drop_accuracy`,
        title: `loss of accuracy by task, ${title}`,
        unit: answers,
        ...byTask('accuracyDrop'),
        ...signed,
      },
    ];
  });
}
