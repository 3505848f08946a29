/** A dose and its response in words. */
import { minus, plain, points } from '../../results/format';
import { mean, tInterval } from '../../statistics/stats';
import { UNITS } from './figures';
import type { Measured } from './measure';
import type { DoseSpec } from './spec';

const OF = {
  share: 'the share of',
  row: 'the mean row of',
  column: 'the mean column of',
  logit: 'the logit of',
} as const;

/** The response that moves most from the first to the last dose. */
export function findingOf({ doses, outcome, channel }: DoseSpec, { numbers, names, site }: Measured): string {
  const changes = names.map((name, o) => {
    const values = numbers.flatMap((own) => {
      const [first, last] = [own[0]![o]!, own[doses.length - 1]![o]!];
      return first === null || last === null ? [] : [last - first];
    });
    return { name, values, change: values.length === 0 ? 0 : mean(values) };
  });
  const top = changes.reduce((a, b) => (Math.abs(b.change) > Math.abs(a.change) ? b : a));
  const from = `From ${minus(`${doses[0]}`)} to ${minus(`${doses.at(-1)}`)}, number ${channel} of ${site}`;
  if (top.values.length === 0) return `${from} is measured on no picture that shows *${top.name}*.`;
  if (top.values.every((value) => value === 0)) return `${from} changes nothing of *${top.name}*.`;
  const isShare = outcome === 'share';
  const shown = (value: number) => (isShare ? points(value) : plain(value));
  const interval = tInterval(top.values);
  const within = interval ? ` [${interval.map(shown).join(', ')}]` : '';
  const size = `${top.change > 0 ? '+' : ''}${shown(top.change)} ${isShare ? 'points' : UNITS[outcome]}`;
  return `${from} moves ${OF[outcome]} *${top.name}* by ${size}${within}, ${top.values.length} inputs.`;
}

export function notesOf({ numbers, names }: Measured): string[] {
  return names.flatMap((name, o) => {
    const lost = numbers.filter((own) => own.some((cells) => cells[o] === null)).length;
    if (lost === 0) return [];
    return [
      `${lost} of ${numbers.length} pictures do not show *${name}* at some dose; means leave these out there.`,
    ];
  });
}
