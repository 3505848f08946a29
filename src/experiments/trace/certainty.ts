/**
 * What a trace may say beyond its own draws (SEMANTICS 3). p under noise is nearly always about 0 with rare large draws, so
 * a t interval of it covers half of what it says: p has a hedged interval, and that from 30 draws on. Log p and logit
 * differences have Student's t. Which cells have an effect at all is asked of log p, or of the logit difference where there
 * is a distractor, of all cells of a map at once.
 */
import type { Peak } from '../../results/document';
import type { Interval, Metric } from '../../results/parts';
import type { Intervals } from '../../results/trace';
import { drawnInterval, FEWEST_OF } from '../../statistics/draws';
import { FEWEST_DRAWS, hatching } from '../../statistics/hatching';
import { LOOKS } from '../../statistics/hedged';
import { namedPeak } from '../../statistics/namedPeak';
import type { TraceSpec } from './spec';

type Rule = Exclude<Intervals['rule'], 'none'>;

/** The rule of a metric's intervals; a rank has none: its draws are shown. */
export function ruleOf(metric: Metric): Rule | null {
  if (metric === 'rank') return null;
  return metric === 'p' ? 'hedged' : 't';
}

/** 95 % interval of a level; null where there are too few draws. */
export function levelInterval(metric: Metric, values: readonly number[]): Interval | null {
  return intervalOf(metric, values, [0, 1]);
}

/** The same of an effect from its paired differences. */
export function effectInterval(metric: Metric, differences: readonly number[]): Interval | null {
  return intervalOf(metric, differences, [-1, 1]);
}

function intervalOf(metric: Metric, values: readonly number[], bounds: Interval): Interval | null {
  const rule = ruleOf(metric);
  return rule && drawnInterval(values, rule === 'hedged' ? bounds : null);
}

/** The metric by which effects are tested. */
export function testedBy({ distractor }: Pick<TraceSpec, 'distractor'>): 'logprob' | 'logit-diff' {
  return distractor ? 'logit-diff' : 'logprob';
}

/** From the differences [cell][draw] of all cells of a picture; null below ten draws. */
export function hatchedCells(differences: readonly (readonly number[])[], seed: number): boolean[] | null {
  const clear = hatching(differences, seed);
  // Where nothing can have changed (before the subject) there is no doubt either.
  return clear && differences.map((cell, c) => !clear[c] && cell.some((difference) => difference !== 0));
}

export interface PeakSearch {
  /** Differences of the metric, [cell][draw], and of what effects are tested by. */
  readonly effects: readonly (readonly number[])[];
  readonly tested: readonly (readonly number[])[];
  readonly by: 'logprob' | 'logit-diff';
  readonly competes: (cell: number) => boolean;
  /** 1 where the clean run's metric is larger than the corrupted ones', -1 where it is smaller (a rank). */
  readonly towards: number;
  readonly seed: number;
}

/** The cell that moves the metric furthest towards the clean run. */
export function largestCell({ effects, by, towards, ...search }: PeakSearch): Peak | null {
  const peak = namedPeak(effects, { ...search, towards: towards < 0 ? -1 : 1 });
  if (!peak) return null;
  const { cell, estimate, interval, rule, family, share, alike } = peak;
  return {
    cell,
    overNoise: interval && { by, effect: estimate, interval, rule, family, share, alike: [...alike] },
  };
}

/** What a document says about its intervals. */
export function intervalsOf(spec: TraceSpec, notes: readonly string[]): Intervals {
  const { corruption, metric } = spec;
  const said = notes.length > 0 ? { notes: [...notes] } : {};
  if (corruption.type !== 'noise') {
    return { varies: 'nothing', draws: 1, rule: 'none', hatching: 'none', ...said };
  }
  const draws = corruption.samples;
  const rule = ruleOf(metric);
  const isHedged = rule === 'hedged' && draws >= FEWEST_OF.hedged;
  return {
    varies: 'noise',
    draws,
    rule: rule !== null && draws >= FEWEST_OF[rule] ? rule : 'none',
    ...(isHedged && { looks: LOOKS.filter((look) => look <= draws) }),
    hatching: draws >= FEWEST_DRAWS ? testedBy(spec) : 'none',
    ...said,
  };
}
