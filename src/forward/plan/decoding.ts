/**
 * One step of decoding as a sweep: only the new positions of each sequence are computed; their keys and values join
 * those of the earlier ones, which attention reads where they lie. The same sweep as everywhere, whose rows all enter
 * at the beginning and whose other rows are in the past.
 */
import { findSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { EmitOptions } from '../emit/builder';
import { type DecodingRequest, decodingRun } from '../request/decoding';
import { SweepEmitter } from '../emit/sweep';
import { checkFits, sweepRows } from './plan';
import { type ResolvedRun, resolveRuns } from '../request/resolve';
import { stageCount } from './stages';
import type { SweepSteps } from './steps';
import type { Sequence, Sweep } from './sweeps';

export const LOGITS = 'unembed.hook_out';

/** What does not change from step to step. */
export interface DecodingPlan {
  readonly spec: ModelSpec;
  readonly capacity: number;
  readonly prompts: readonly (readonly number[])[];
  /** One per sequence: its prompt, then placeholders. */
  readonly runs: readonly ResolvedRun[];
  readonly options: EmitOptions;
  /** New positions of all sequences together that one step computes at most. */
  readonly maxRows: number;
}

/** Checks a request. Throws an Error if it is wrong. */
export function planDecoding(spec: ModelSpec, request: DecodingRequest, options: EmitOptions): DecodingPlan {
  const { capacity, sequences } = request;
  const runs = resolveRuns(
    spec,
    sequences.map((_, s) => decodingRun(spec, request, s)),
  );
  const prompts = sequences.map(({ prompt }) => prompt);
  // Where a query sees later keys of its prompt, they must be computed together with it.
  const isWhole = runs.some((run) => run.own.some(({ looksAhead }) => looksAhead));
  const maxRows = isWhole ? Infinity : sweepRows(spec, runs, capacity, options);
  return { spec, capacity, prompts, runs, options, maxRows };
}

/** Positions [begin, end) that a step computes of one sequence, whose tokens up to there are `tokens`. */
export interface StepRange {
  readonly tokens: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** Whether the logits of the last one are wanted. */
  readonly logits: boolean;
}

/** One step; `ranges` has one entry per sequence, empty ones for those that rest. */
export function planStep(plan: DecodingPlan, ranges: readonly StepRange[]): SweepSteps {
  const { spec, capacity, options } = plan;
  const stages = stageCount(spec);
  const site = findSite(spec, LOGITS);
  const needed = new Map<string, Set<number>>();
  const sequences = plan.runs.map((run, s): Sequence => {
    const { tokens, begin, end, logits } = ranges[s]!;
    const isNew = (t: number): boolean => t >= begin && t < end;
    const last = end - 1;
    if (logits) needed.set(run.id, new Set([last]));
    return {
      run: { ...run, tokens, captures: logits ? [{ key: LOGITS, site, rows: [last] }] : [] },
      entry: Array.from({ length: capacity }, (_, t) => (isNew(t) ? 0 : stages)),
      inherited: [],
      own: run.own.filter((edit) => edit.rows.some(isNew)),
      base: null,
    };
  });
  const sweep: Sweep = {
    index: 0,
    unit: 'decoding',
    T: capacity,
    sequences,
    rows: ranges.reduce((sum, { begin, end }) => sum + end - begin, 0),
    baseSweep: null,
    cached: new Set(),
    recalled: new Set(),
    references: new Map(),
    needed,
    past: { rows: plan.runs.length * capacity, rowOf: (s, t) => s * capacity + t },
  };
  const steps = new SweepEmitter(spec, sweep, options, noEarlier, new Map()).emit();
  checkFits(sweep, steps, options);
  return steps;
}

/** A decoding's edits read no other run. */
function noEarlier(): never {
  throw new Error('internal: decoding reads no earlier sweep.');
}

/** Cuts what is to be computed into steps of at most `maxRows` rows, each sequence in turn. */
export function stepRanges(
  maxRows: number,
  sequences: readonly { readonly tokens: readonly number[]; readonly filled: number }[],
): StepRange[][] {
  const at = sequences.map(({ filled }) => filled);
  const steps: StepRange[][] = [];
  while (sequences.some(({ tokens }, s) => at[s]! < tokens.length)) {
    let left = maxRows;
    steps.push(
      sequences.map(({ tokens }, s) => {
        const begin = at[s]!;
        const end = Math.min(tokens.length, begin + left);
        left -= end - begin;
        at[s] = end;
        return { tokens, begin, end, logits: end > begin && end === tokens.length };
      }),
    );
  }
  return steps;
}
