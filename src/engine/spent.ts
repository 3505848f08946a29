/**
 * The cost of measuring cases: seconds, counters, and edits that changed nothing. Plain JSON,
 * stored with the cases.
 */
import type { DocumentContext } from '../experiments/experiment';
import { resultIds, samplesOf } from '../forward/request/samples';
import type { Run } from '../forward/request/types';
import type { Counters, RunResult } from '../forward/request/contract';

/** The stored results of a study's stage. */
export interface Kept {
  readonly cases: ReadonlyMap<number, unknown>;
  /** The cost of measuring them. */
  readonly spent: Spent;
}

const isEdited = ({ edits, masks, rewrites, cuts }: Run): boolean =>
  [edits, masks, rewrites, cuts].some((table) => table !== undefined && table.length > 0);

/** The cost of measuring some cases. */
export interface Spent {
  readonly seconds: number;
  readonly counters: Counters;
  readonly unchanged: DocumentContext['unchanged'];
}

export const NOTHING_SPENT: Spent = {
  seconds: 0,
  counters: { dispatches: 0, submits: 0, readbacks: 0, flops: 0, naiveFlops: 0 },
  unchanged: { runs: 0, of: 0, examples: [] },
};

/** A few are enough for inspection. */
const EXAMPLES = 5;

export function addSpent(a: Spent, b: Spent): Spent {
  const counters = { ...a.counters };
  for (const name of Object.keys(counters) as (keyof Counters)[]) counters[name] += b.counters[name];
  return {
    seconds: a.seconds + b.seconds,
    counters,
    unchanged: {
      runs: a.unchanged.runs + b.unchanged.runs,
      of: a.unchanged.of + b.unchanged.of,
      examples: [...a.unchanged.examples, ...b.unchanged.examples].slice(0, EXAMPLES),
    },
  };
}

/** Counts all edited sequences; a run with several samples counts as many. */
export function countUnchanged(
  runs: readonly Run[],
  results: Readonly<Record<string, RunResult>>,
): Spent['unchanged'] {
  const samples = samplesOf(runs);
  const edited = runs.flatMap((run, i) =>
    run.base !== undefined && run.metric && isEdited(run) ? resultIds(run.id, samples[i]!) : [],
  );
  // An edit known in advance to reach nothing (a cell before the subject) is no surprise.
  const same = edited.filter((id) => results[id]?.unchanged === 'measured');
  return { runs: same.length, of: edited.length, examples: same.slice(0, EXAMPLES) };
}

/** The cost of a study so far, including earlier visits. */
export class Tally {
  spent = NOTHING_SPENT;
  /** Cases measured by an earlier, interrupted visit, and the seconds that they took. */
  takenUp = 0;
  earlierSeconds = 0;

  takeUp({ cases, spent }: Kept, areCases: boolean): void {
    if (areCases) this.takenUp = cases.size;
    this.earlierSeconds += spent.seconds;
    this.add(spent);
  }

  add(spent: Spent): void {
    this.spent = addSpent(this.spent, spent);
  }
}
