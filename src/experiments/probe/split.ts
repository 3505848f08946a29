/** Seeded choices: the training cases, and the controls' labels. */
import { append, push } from '../../util/lists';
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';
import { clusterOf } from '../common/average';
import type { StudyCase } from '../common/spec';

export interface Split {
  readonly train: readonly number[];
  readonly held: readonly number[];
}

/** About `share` of the cases for training; a subject's cases stay on one side. */
export function splitCases(cases: readonly StudyCase[], share: number, seed: number): Split {
  const groups = new Map<string, number[]>();
  for (const [i, one] of cases.entries()) push(groups, clusterOf(one, i), i);
  const train: number[] = [];
  const held: number[] = [];
  for (const group of shuffled([...groups.values()], new RandomState(seed)))
    append(train.length < share * cases.length ? train : held, group);
  const ascending = (a: number, b: number) => a - b;
  return { train: train.sort(ascending), held: held.sort(ascending) };
}
