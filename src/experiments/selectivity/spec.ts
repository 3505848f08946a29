/** The question of a selectivity study: two task sets, the ablation, the circuits' size. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { parseWith } from '../../util/parse';
import { caseName } from '../common/caseName';
import { clusterOf } from '../common/average';
import { expectThat } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { studyFields } from '../common/spec';
import { askedOnly, choice, given, number, type SpecOf } from '../contract/fields';
import { donorsAmong } from './ablate';
import { unitsOf } from './units';

export const KIND = 'selectivity';
export const TASKS = ['recall', 'reasoning'] as const;
export type Task = (typeof TASKS)[number];

const setRef = studyFields.set;

const askedTask = z.looseObject({});

export const fields = {
  recall: askedOnly(given(askedTask, { kind: 'set', label: 'Recall', default: null })),
  reasoning: askedOnly(given(askedTask, { kind: 'set', label: 'Reasoning', default: null })),
  /** Number of recall cases, the first ones; the others are the reasoning set. */
  recallCases: given(z.number().int().min(1)),
  sets: given(z.object({ recall: setRef, reasoning: setRef }).strict().default({})),
  /**
   * Replacement of a unit: 0; the mean over other prompts of its set and length, by position; or
   * one such prompt's value.
   */
  method: choice({
    label: 'Put in its place',
    choices: {
      zero: 'zero',
      mean: 'the mean over other prompts of its set',
      resample: 'the state in one of them',
    },
    default: 'mean',
  }),
  donors: number({
    label: 'Prompts that a mean is over, at most',
    default: 16,
    min: 1,
    max: 256,
    whole: true,
  }),
  size: number({ label: 'Parts of each circuit', default: 2, min: 0, whole: true }),
  /** Random circuits of the same size and layers, per circuit. */
  randomCircuits: number({ label: 'Random circuits beside it', default: 20, min: 1, max: 200, whole: true }),
  permutations: number({ label: 'Permutations', default: 2000, min: 100, max: 100_000, whole: true }),
  /** For donors, random circuits and permutations. */
  seed: number({ label: 'Seed', default: 1, min: 0, max: 0xffff0000, whole: true }),
};

export type SelectivitySpec = SpecOf<typeof fields>;

export function checkSelectivity(spec: SelectivitySpec, model?: ModelSpec): void {
  const { metric, recallCases, cases, method, size } = spec;
  expectThat(metric === 'logit-diff', `${KIND}: metric`, metric, 'logit-diff: every case needs a distractor');
  expectThat(
    recallCases < cases.length,
    `${KIND}: recallCases`,
    recallCases,
    `less than ${cases.length}, the cases`,
  );
  for (const task of TASKS) {
    const subjects = new Set(placesOf(spec, task).map((i) => clusterOf(cases[i]!, i))).size;
    expectThat(
      subjects > 1,
      `${KIND}: ${task}`,
      `${subjects} subject`,
      'at least 2: one half chooses, the other is measured',
    );
  }
  if (method !== 'zero') {
    const hasDonor = donorsAmong(spec);
    for (const i of cases.keys()) {
      expectThat(
        hasDonor(i),
        caseName(KIND, cases, i),
        'no other prompt of as many tokens in its set',
        `one, for method ${method}`,
      );
    }
  }
  if (!model) return;
  const most = Math.floor(unitsOf(model).length / 2);
  expectThat(size <= most, `${KIND}: size`, size, `at most ${most}, half of the model's units`);
}

export const taskOf = ({ recallCases }: Pick<SelectivitySpec, 'recallCases'>, i: number): Task =>
  i < recallCases ? 'recall' : 'reasoning';

/** The cases of a task. */
export function placesOf(
  { cases, recallCases }: Pick<SelectivitySpec, 'cases' | 'recallCases'>,
  task: Task,
): number[] {
  return [...cases.keys()].filter((i) => taskOf({ recallCases }, i) === task);
}

/** Every other subject of each task chooses the circuits; the rest tests them. */
export function choosingCases(spec: SelectivitySpec): number[] {
  return TASKS.flatMap((task) => {
    const places = placesOf(spec, task);
    const subjects = [...new Set(places.map((i) => clusterOf(spec.cases[i]!, i)))];
    const order = new Map(subjects.map((subject, n) => [subject, n]));
    return places.filter((i) => order.get(clusterOf(spec.cases[i]!, i))! % 2 === 0);
  });
}

const asked = z.looseObject({ recall: askedTask.optional(), reasoning: askedTask.optional() });

/** `recall` and `reasoning` are each a `set` or `cases`. Rejects with one sentence. */
export async function resolveTasks(json: unknown, context: ResolveContext): Promise<Record<string, unknown>> {
  const { recall, reasoning, ...question } = parseWith(asked, json, KIND);
  const common = { metric: 'logit-diff', ...question };
  if (!recall && !reasoning) return resolveStudy(common, KIND, context);
  // The form's prompt is not used.
  const { cases: _cases, set: _set, ...alike } = common as Record<string, unknown>;
  const of = (task: Task, own: object | undefined) =>
    resolveStudy({ ...alike, ...own }, `${KIND}: ${task}`, context) as Promise<
      Record<string, unknown> & { cases: unknown[] }
    >;
  const [first, second] = [await of('recall', recall), await of('reasoning', reasoning)];
  const { set: recallSet, ...study } = first;
  const left = [...((first.leftOut as object[]) ?? []), ...((second.leftOut as object[]) ?? [])];
  return {
    ...study,
    ...(left.length > 0 ? { leftOut: left } : {}),
    cases: [...first.cases, ...second.cases],
    recallCases: first.cases.length,
    sets: {
      ...(recallSet ? { recall: recallSet } : {}),
      ...(second.set ? { reasoning: second.set } : {}),
    },
  };
}
