/** What replaces a unit: 0, or its value in other prompts of the same set and length. */
import type { Edit, EditSource, Run } from '../../forward/request/types';
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';
import type { StudyCase } from '../common/spec';
import type { Unit } from './units';

interface Ablating {
  readonly cases: readonly StudyCase[];
  readonly recallCases: number;
  readonly method: 'zero' | 'mean' | 'resample';
  readonly donors: number;
  readonly seed: number;
}

/** Cases of the same set and length, drawn for case i: one, or up to `donors` for a mean. */
export function donorsOf({ cases, recallCases, method, donors, seed }: Ablating, i: number): number[] {
  if (method === 'zero') return [];
  const own = cases[i]!.tokens;
  const seen = new Set<string>([own.join()]);
  const others = [...cases.keys()].filter((j) => {
    const { tokens } = cases[j]!;
    const isNew =
      j < recallCases === i < recallCases && tokens.length === own.length && !seen.has(tokens.join());
    if (isNew) seen.add(tokens.join());
    return isNew;
  });
  return shuffled(others, new RandomState(seed + i)).slice(0, method === 'mean' ? donors : 1);
}

/** Whether `donorsOf` has any, case by case, in one pass over the cases. */
export function donorsAmong({ cases, recallCases }: Ablating): (i: number) => boolean {
  const keyOf = (i: number) => `${i < recallCases} ${cases[i]!.tokens.length}`;
  const groups = new Map<string, Set<string>>();
  for (const [i, { tokens }] of cases.entries())
    groups.set(keyOf(i), (groups.get(keyOf(i)) ?? new Set()).add(tokens.join()));
  return (i) => groups.get(keyOf(i))!.size > 1;
}

const donorId = (j: number) => `donor.${j}`;

/** The donors' runs, read by the edits of case i. */
export function donorRuns(spec: Ablating, i: number): Run[] {
  return donorsOf(spec, i).map((j) => ({ id: donorId(j), tokens: spec.cases[j]!.tokens }));
}

/** Edits that ablate these units of case i, at every position. */
export function ablatingEdits(spec: Ablating, i: number, units: readonly Unit[]): Edit[] {
  const donors = donorsOf(spec, i).map(donorId);
  const source: EditSource =
    spec.method === 'zero' ? { kind: 'constant', value: 0 } : { kind: 'mean', runs: donors };
  const rows = spec.cases[i]!.tokens.map((_, t) => t);
  return units.map(({ layer, head }) => ({
    site: head === undefined ? `blocks.${layer}.hook_mlp_out` : `blocks.${layer}.attn.hook_z`,
    rows,
    ...(head === undefined ? {} : { head }),
    op: 'set',
    source,
  }));
}
