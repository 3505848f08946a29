/** A graph in words: the finding, and notes for reading it. */
import type { Graph } from '../../results/graph';
import { percent, plain, points } from '../../results/format';
import type { Interval } from '../../statistics/stats';
import { metricText } from '../common/metric';
import { isSkipped, type Skipped } from '../common/skip';
import { isEstimating, searchedOf } from './estimate/fields';
import type { GraphFound } from './search/result';
import type { Baseline, SearchSpace } from './searchSpace';

interface Strongest {
  readonly name: string;
  readonly value: number;
  readonly interval: Interval | null;
}

/** '34 of 1,108 edges (3 %) carry 92 % [88, 95] of the logit difference of ...' */
export function findingOf(
  { spec, cases }: SearchSpace,
  { edges, total, truth }: Graph,
  strongest: Strongest | null,
  outcome: (id: number) => string,
): string {
  const kept = edges.filter((edge) => edge.kept).length;
  const difference = `${metricText(spec, outcome)} (${cases.length === 1 ? 'one prompt' : `${cases.length} prompts`})`;
  const isEstimate = isEstimating(spec);
  if (kept === 0 && isEstimate)
    return `By the estimate, none of ${plain(total)} edges carries anything of ${difference}.`;
  const searched = searchedOf(spec, total);
  if (kept === 0 && searched < total)
    return `None of the ${plain(searched)} edges searched, of ${plain(total)}, is shown to carry anything of ${difference}.`;
  if (kept === 0) return `None of ${plain(total)} edges is shown to carry anything of ${difference}.`;
  const f = truth?.faithfulness;
  const value = f?.value ?? null;
  const carries = value === null ? 'count for' : `carry ${shareText(value, f!.interval)} of`;
  const isChosen = spec.method === 'chosen';
  const many = `${count(kept)} ${isChosen ? 'chosen ' : ''}of ${count(total)} edges (${rounded(kept / total)}${searched < total ? `; ${count(searched)} searched` : ''})`;
  const most = strongest
    ? `; ${isEstimate ? 'by the estimate ' : ''}the strongest is ${strongest.name.replace('->', ' → ')} with ${shareText(strongest.value, strongest.interval)}`
    : '';
  return `${many} ${carries} ${difference}${most}.`;
}

const count = (n: number): string => n.toLocaleString('en-US');

/** Whole percents, if known. */
const rounded = (share: number): string =>
  percent(Math.abs(share) < 0.01 ? share : Math.round(100 * share) / 100);

/** '92 % [88, 95]' */
function shareText(share: number, interval: Interval | null | undefined): string {
  const end = (value: number) => points(Math.round(100 * value) / 100);
  return `${rounded(share)}${interval ? ` [${end(interval[0])}, ${end(interval[1])}]` : ''}`;
}

const CARRIES = {
  corrupted: 'what its sender contributes in the twin',
  zero: 'nothing',
  mean: "its sender's mean over the prompts of as many tokens",
};

export function notesOf(
  space: SearchSpace,
  found: GraphFound,
  measured: readonly (Baseline | Skipped | null)[],
): string[] {
  const { spec, cases, heldOut } = space;
  const { ablation, beta, jitter } = spec;
  const carries = ablation === 'constant' ? `${plain(spec.constant!)} in every column` : CARRIES[ablation];
  const left = jitter > 0 ? `${percent(beta)} to ${percent(Math.min(1, beta + jitter))}` : percent(beta);
  const alike = measured.filter((numbers, i) => numbers && !isSkipped(numbers) && !space.baselines[i]).length;
  return [
    `A cut edge carries ${carries}${beta + jitter > 0 ? `, and ${left} of what it was` : ''}.`,
    ...(cases.length === 1 ? ['A graph of one prompt is not a mechanism.'] : []),
    ...(heldOut.length > 0 ? [`${heldOut.length} further prompts were kept out of the search.`] : []),
    ...(alike > 0
      ? [`Left out, since the twin changes nothing: ${alike} of ${measured.length} prompts.`]
      : []),
    ...found.notes,
  ];
}
