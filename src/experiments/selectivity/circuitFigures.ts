/** Both circuits on both tasks, beside random circuits. */
import type { Figure } from '../../results/document';
import { intervalText, percent } from '../../results/format';
import { mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, intervalsBy } from '../common/average';
import { type CaseLevels, lossesOf } from './scan';
import { type SelectivitySpec, TASKS } from './spec';
import { differenceCells, differenceOf, type Group } from './statistics';

const ROWS = ['recall circuit', 'reasoning circuit', 'random, as recall', 'random, as reasoning'];

/** [circuits, circuits_accuracy, circuit_selectivity], measured on the held-out `cases`. */
export function circuitFigures(
  spec: SelectivitySpec,
  cases: readonly CaseLevels[],
  names: readonly (readonly string[])[],
): Figure[] {
  const R = spec.randomCircuits;
  const rows = [[0], [1], range(2, 2 + R), range(2 + R, 2 + 2 * R)];
  const grid = (of: 'logit-diff' | 'accuracy') =>
    rows.flatMap((ks) =>
      TASKS.map((task) => {
        const groups = ks.map((k) => lossesOf(spec, cases, task, k, of));
        const { clusters } = groups[0]!;
        const perCase = clusters.map((_, c) => [mean(groups.map(({ values }) => values[c]!))]);
        const { values, intervals, rule } = averaged(perCase, { clusters });
        return { value: values[0]!, interval: intervals?.[0] ?? null, rule };
      }),
    );
  const axes = [
    { name: 'ablated', labels: ROWS },
    { name: 'task', labels: [...TASKS] },
  ];
  const figure = (name: string, title: string, of: 'logit-diff' | 'accuracy', unit: string): Figure => {
    const cells = grid(of);
    const rule = cells.find((cell) => cell.rule)?.rule;
    return {
      name,
      title,
      axes,
      unit,
      values: cells.map(({ value }) => value),
      ...intervalsBy(
        cells.map(({ interval }) => interval),
        rule,
      ),
      varies: { what: 'cases that did not choose', n: cases.length },
      drawn: 'bars',
      scale: 'signed',
      caption: `Recall circuit: ${names[0]!.join(', ') || 'nothing'}. Reasoning circuit: ${names[1]!.join(', ') || 'nothing'}. Random: means over ${R} circuits with as many parts in the same layers.`,
    };
  };
  return [
    figure(
      'circuits',
      'loss by circuit and task',
      'logit-diff',
      "share of the task's clean logit difference",
    ),
    figure('circuits_accuracy', 'loss of accuracy by circuit and task', 'accuracy', 'share of answers'),
    selectivities(spec, cases),
  ];
}

function selectivities(spec: SelectivitySpec, cases: readonly CaseLevels[]): Figure {
  const R = spec.randomCircuits;
  const random = ROWS.slice(2).flatMap((row) => range(1, R + 1).map((k) => `${row} ${k}`));
  const labels = [...ROWS.slice(0, 2), ...random];
  const differences = labels.map((_, k) => {
    const [a, b] = TASKS.map((task) => lossesOf(spec, cases, task, k, 'logit-diff')) as [Group, Group];
    return differenceOf(a, b);
  });
  return {
    name: 'circuit_selectivity',
    title: 'selectivity of each circuit',
    axes: [{ name: 'ablated', labels }],
    unit: "share of the task's clean logit difference",
    ...differenceCells(differences),
    varies: { what: 'cases that did not choose', n: cases.length },
    drawn: 'bars',
    scale: 'signed',
    caption: 'What recall loses minus what reasoning loses.',
  };
}

export function findingOf([circuits]: readonly Figure[], names: readonly (readonly string[])[]): string {
  const cell = (row: number, task: number) => {
    const c = row * TASKS.length + task;
    const interval = circuits!.intervals?.[c];
    const whole = (share: number) => Math.round(100 * share) / 100;
    const within = interval
      ? ` ${intervalText({ percent: true }, [whole(interval[0]), whole(interval[1])])}`
      : '';
    return `${percent(whole(circuits!.values[c]!))}${within}`;
  };
  const loses = (row: number) => `${cell(row, 0)} of recall and ${cell(row, 1)} of reasoning`;
  return (
    `Ablating the recall circuit (${names[0]!.join(', ') || 'nothing'}) takes ${loses(0)}; the reasoning circuit ` +
    `(${names[1]!.join(', ') || 'nothing'}) ${loses(1)}; random circuits of the same layers ${loses(2)}, and ${loses(3)}.`
  );
}
