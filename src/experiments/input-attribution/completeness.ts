/** Whether integrated gradients add up to the change of the metric along their path. */
import type { Figure } from '../../results/document';
import { mean } from '../../statistics/stats';
import { averaged, overCases } from '../common/average';
import { metricUnit } from '../common/metric';
import type { DocumentContext } from '../experiment';
import { generatedLabels } from './continuation';
import type { Attributed, Case } from './runs';
import type { InputSpec } from './spec';

interface Completeness {
  readonly clean: number;
  readonly baseline: number;
  readonly sum: number;
  readonly gap: number;
}

function completenessOf({ clean, baseline, tokens }: Attributed): Completeness | null {
  if (baseline === null) return null;
  const sum = tokens['integrated-gradients']!.reduce((total, value) => total + value, 0);
  return { clean, baseline, sum, gap: sum - (clean - baseline) };
}

/** Rows of numbers; a column for the answer, and for each token of a continuation. */
export function completenessFigures(
  spec: InputSpec,
  cases: readonly Case[],
  { decode }: DocumentContext,
): Figure[] {
  const isOne = cases.length === 1;
  const perCase = cases.map(({ numbers }) =>
    [numbers, ...numbers.continuation].flatMap((one) => completenessOf(one) ?? []),
  );
  if (perCase[0]!.length === 0) return [];
  const rows: readonly (readonly [string, (of: Completeness) => number])[] = [
    ['at the prompt', ({ clean }) => clean],
    ['at the baseline', ({ baseline }) => baseline],
    ['difference', ({ clean, baseline }) => clean - baseline],
    ['sum of attributions', ({ sum }) => sum],
    isOne ? ['gap', ({ gap }) => gap] : ['|gap|', ({ gap }) => Math.abs(gap)],
  ];
  return [
    {
      name: 'completeness',
      title: 'whether integrated gradients add up',
      axes: [
        { name: 'number', labels: rows.map(([name]) => name) },
        { name: 'of', labels: ['answer', ...generatedLabels(spec.continuation, decode)] },
      ],
      unit: metricUnit(spec.metric),
      ...averaged(
        perCase.map((found) => rows.flatMap(([, number]) => found.map(number))),
        overCases(spec, cases),
      ),
      drawn: 'table',
      scale: 'signed',
      caption: 'The gap is the sum less the difference. More steps make it smaller.',
    },
  ];
}

/** Means over the cases, the gap's without its sign; null without a path. */
export function meanGap(cases: readonly Case[]): { readonly change: number; readonly gap: number } | null {
  const found = cases.flatMap(({ numbers }) => completenessOf(numbers) ?? []);
  if (found.length === 0) return null;
  return {
    change: mean(found.map(({ clean, baseline }) => clean - baseline)),
    gap: mean(found.map(({ gap }) => Math.abs(gap))),
  };
}

/** If a larger share of the change is missing, the numbers are not to be trusted. */
const MOST_GAP = 0.05;

/** Says so if the steps do not follow the path. */
export function notesOf(spec: InputSpec, cases: readonly Case[], { spec: model }: DocumentContext): string[] {
  const found = meanGap(cases);
  if (!found || found.gap <= MOST_GAP * Math.abs(found.change)) return [];
  const isSteep = spec.baseline === 'zero' && model.positions.kind !== 'learned';
  return [
    'Integrated gradients do not add up here: the gap is above 5 % of the difference. ' +
      (isSteep
        ? 'This model adds nothing to the embeddings, and its norms divide their size away, so that the answer ' +
          'changes only very near to zero. Begin at the mean embedding or at a twin.'
        : 'Take more steps, or another baseline.'),
  ];
}
