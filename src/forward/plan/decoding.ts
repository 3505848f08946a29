/**
 * One step of decoding as a sweep: computes only the new positions of each sequence. Their keys and
 * values join the earlier ones, which attention reads in place. It is an ordinary sweep in which
 * all rows enter at the beginning and the remaining rows are in the past.
 */
import { findSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { EmitOptions } from '../emit/context';
import { LOGITS } from '../../model/siteKinds';
import { type DecodingRequest, decodingRun } from '../request/decoding';
import { emitSweep } from '../emit/sweep';
import { checkFits, sweepRows } from './fits';
import { resolveRuns } from '../request/resolve';
import type { ResolvedRun } from '../request/resolved';
import { stageCount } from './stages';
import type { SweepSteps } from './steps';
import type { Sweep } from './sweep';
import { addMember, openSweep } from './sweeps';

/** What is constant from step to step. */
export interface DecodingPlan {
  readonly spec: ModelSpec;
  readonly capacity: number;
  readonly prompts: readonly (readonly number[])[];
  /** One per sequence: its prompt, then placeholders. */
  readonly runs: readonly ResolvedRun[];
  readonly options: EmitOptions;
  /** Most new positions, over all sequences, that one step computes. */
  readonly maxRows: number;
}

/** Checks a request. Throws an Error if it is invalid. */
export function planDecoding(spec: ModelSpec, request: DecodingRequest, options: EmitOptions): DecodingPlan {
  const { capacity, sequences } = request;
  const asked = sequences.map((_, s) => decodingRun(spec, request, s));
  const runs = resolveRuns(spec, asked);
  const prompts = sequences.map(({ prompt }) => prompt);
  // If a query sees later keys of its prompt, they must be computed together.
  const isWhole = runs.some((run) => run.own.some(({ looksAhead }) => looksAhead));
  const maxRows = isWhole ? Infinity : sweepRows(spec, runs, capacity, options);
  return { spec, capacity, prompts, runs, options, maxRows };
}

/** The positions [begin, end) of one sequence that a step computes, and its tokens up to there. */
export interface StepRange {
  readonly tokens: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** Whether the last position's logits are wanted. */
  readonly logits: boolean;
}

/** One step; `ranges` has one entry per sequence, empty for idle ones. */
export function planStep(plan: DecodingPlan, ranges: readonly StepRange[]): SweepSteps {
  const { spec, capacity, options } = plan;
  const stages = stageCount(spec);
  const site = findSite(spec, LOGITS);
  const sweep: Sweep = {
    ...openSweep(0, 'decoding', null),
    // Later steps need the keys and values of every block.
    lastStage: 2 * spec.nLayers,
    past: { rows: plan.runs.length * capacity, rowOf: (s, t) => s * capacity + t },
  };
  for (const [s, run] of plan.runs.entries()) {
    const { tokens, begin, end, logits } = ranges[s]!;
    const isNew = (t: number): boolean => t >= begin && t < end;
    if (logits) sweep.needed[s] = new Set([end - 1]);
    const captures = logits
      ? [{ key: LOGITS, site, rows: [end - 1], heads: null, isMean: false, pool: 1 }]
      : [];
    const entry = Array.from({ length: capacity }, (_, t) => (isNew(t) ? 0 : stages));
    const own = run.own.filter((edit) => edit.rows.some(isNew));
    const place = { begin: 0, end: 1, sweep: 0, index: s, base: null };
    addMember(sweep, { run: { ...run, tokens, captures }, ...place, entry, inherited: [], own }, end - begin);
  }
  const around = { spec, options, earlier: noEarlier, memberOf: noEarlier };
  const { steps } = emitSweep(around, sweep);
  checkFits(sweep, steps, options);
  return steps;
}

/** A decoding's edits read no other run. */
function noEarlier(): never {
  throw new Error('internal: decoding reads no earlier sweep.');
}

/** Splits the work into steps of at most `maxRows` rows, taking the sequences in turn. */
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
