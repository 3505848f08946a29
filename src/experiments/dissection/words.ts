/** A dissection in words. */
import { points, plain } from '../../results/format';
import { mean, tInterval } from '../../statistics/stats';
import type { Concept } from '../concepts/concepts';
import type { Found } from './figures';
import type { UnitEffects } from './measure';
import { rankedFor, type Seen } from './observe';
import type { DissectionSpec } from './spec';

/** The concept with the best unit, and what ablating its units does. */
export function findingOf(
  spec: DissectionSpec,
  concepts: readonly Concept[],
  found: Found,
  effects: readonly UnitEffects[],
): string {
  const best = concepts.map(({ name }, c) => {
    const unit = rankedFor(found, c)[0]!;
    return { name, unit, ...found[unit]![c]! };
  });
  const top = best.reduce((a, b) => (b.iou > a.iou ? b : a));
  if (top.iou === 0)
    return `No unit of ${spec.site} agrees with ${concepts.map(({ name }) => `*${name}*`).join(', ')}.`;
  const where = spec.cut.by === 'quality' ? ' on pictures that did not choose its threshold' : '';
  const first = `Unit ${top.unit} of ${spec.site} agrees with *${top.name}*: IoU ${plain(top.iou)}${where}.`;
  const own = effects.find(({ concept }) => concept === top.name);
  if (!own || own.curve.length === 0) return first;
  const n = own.units.length;
  const [before, after] = [own.curve.map((row) => row[0]!), own.curve.map((row) => row[n]!)];
  const change = before.map((value, i) => after[i]! - value);
  const interval = tInterval(change);
  const isShare = own.ace !== null;
  const shown = (value: number) => (isShare ? points(value) : plain(value));
  const unit = isShare ? ' points' : '';
  const within = interval
    ? `, a change of ${shown(mean(change))}${unit} [${interval.map(shown).join(', ')}]`
    : '';
  const what = isShare
    ? `the share of its pixels goes from ${shown(mean(before))} % to ${shown(mean(after))} %`
    : `the logit of the class that the net says goes from ${shown(mean(before))} to ${shown(mean(after))}`;
  return `${first} Without the ${n} units that agree most, ${what}${within}.`;
}

/** Fewer pictures say little of a concept. */
const FEW = 10;

export function notesOf(
  { cut }: DissectionSpec,
  concepts: readonly Concept[],
  { masks, pictures }: Seen,
): string[] {
  const rare = concepts.flatMap(({ name }, c) => {
    const shown = masks[c]!.filter((mask) => mask.includes(1)).length;
    return shown < FEW ? [`Only ${shown} of ${pictures.length} pictures show *${name}*.`] : [];
  });
  return cut.by === 'quantile' ? [...rare, QUANTILE] : rare;
}

const QUANTILE =
  'The best of many units is chosen on the same pictures as its IoU: on others the IoU is lower.';
