/**
 * What a trace claims beyond its own draws (TERMINOLOGY, "Draws and intervals"). p under noise is
 * mostly near 0 with rare large draws, where t intervals cover half as often as claimed: p has a
 * hedged interval, from 30 draws on. Log p and logit differences have Student's t. Effects are
 * tested on log p, or on the logit difference if there is a distractor, over all cells of a map.
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

/** The rule of a metric's intervals; a rank has none and shows its draws. */
export function ruleOf(metric: Metric): Rule | null {
  if (metric === 'rank') return null;
  return metric === 'p' ? 'hedged' : 't';
}

/** 95 % interval of a level; null for too few draws. */
export function levelInterval(metric: Metric, values: readonly number[]): Interval | null {
  return intervalOf(metric, values, [0, 1]);
}

/** The same for an effect, from paired differences. */
export function effectInterval(metric: Metric, differences: readonly number[]): Interval | null {
  return intervalOf(metric, differences, [-1, 1]);
}

function intervalOf(metric: Metric, values: readonly number[], bounds: Interval): Interval | null {
  const rule = ruleOf(metric);
  return rule && drawnInterval(values, rule === 'hedged' ? bounds : null);
}

/** The metric that tests effects. */
export function testedBy({ distractor }: Pick<TraceSpec, 'distractor'>): 'logprob' | 'logit-diff' {
  return distractor ? 'logit-diff' : 'logprob';
}

/** From the differences [cell][draw] of all cells of a map; null below ten draws. */
export function hatchedCells(differences: readonly (readonly number[])[], seed: number): boolean[] | null {
  const clear = hatching(differences, seed);
  // Cells that cannot have changed (before the subject) are certain.
  return clear && differences.map((cell, c) => !clear[c] && cell.some((difference) => difference !== 0));
}

export interface PeakSearch {
  /** Differences [cell][draw], of the metric and of the tested metric. */
  readonly effects: readonly (readonly number[])[];
  readonly tested: readonly (readonly number[])[];
  readonly by: 'logprob' | 'logit-diff';
  readonly competes: (cell: number) => boolean;
  /** 1 if the clean run's metric is above the corrupted ones', -1 if below (a rank). */
  readonly towards: number;
  readonly seed: number;
}

/** The cell that moves the metric most towards the clean run. */
export function largestCell({ effects, by, towards, ...search }: PeakSearch): Peak | null {
  const peak = namedPeak(effects, { ...search, towards: towards < 0 ? -1 : 1 });
  if (!peak) return null;
  const { cell, estimate, interval, rule, family, share, alike } = peak;
  return {
    cell,
    overNoise: interval && { by, effect: estimate, interval, rule, family, share, alike: [...alike] },
  };
}

/** A document's fields about its intervals. */
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
