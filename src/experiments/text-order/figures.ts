/** Figures of a text-order study: answers by order, attention by document, peaks. */
import type { Figure, FigureAxis } from '../../results/document';
import { wordOf } from '../../util/visible';
import { mean } from '../../statistics/stats';
import { averaged } from '../common/average';
import { amountText } from '../common/largest';
import { metricText, metricUnit } from '../common/metric';
import type { DocumentContext } from '../experiment';
import { contributionFigure } from './heatmap';
import {
  caseOf,
  heuristicOf,
  isRight,
  type Item,
  type Numbers,
  overItems,
  peakOf,
  type PromptNumbers,
  shares,
  wholeOrders,
} from './items';
import type { TextOrderSpec } from './spec';
import { maxOf, minOf } from '../../util/lists';

/** The metric in words; for one item with its answer. */
const metricOf = (spec: TextOrderSpec, items: readonly Item[], { decode }: DocumentContext): string =>
  metricText(
    { ...spec, cases: items.length > 1 ? spec.cases : [spec.cases[caseOf(spec, items[0]!.item)]!] },
    decode,
  );

export function figuresOf(spec: TextOrderSpec, items: readonly Item[], context: DocumentContext): Figure[] {
  const bars = (name: string, title: string, unit: string, values: (numbers: Numbers) => number): Figure => ({
    name,
    title,
    axes: orderAxes(spec),
    unit,
    ...averaged(
      items.map(({ orders }) => orders.flatMap((order) => runsOf(order).map(values))),
      overItems(spec, items),
    ),
    drawn: 'bars',
    scale: unit === 'logits' || unit === 'nats' ? 'signed' : 'positive',
  });
  const metric = metricOf(spec, items, context);
  return [
    bars('metric', `${metric} by order`, metricUnit(spec.metric), (one) => one.metric),
    ...(spec.metric === 'p' ? [] : [bars('p', 'p of the answer by order', 'probability', ({ p }) => p)]),
    accuracy(spec, items, context),
    ...heuristic(spec, items),
    contributionFigure(spec, items, context, 'causal'),
    ...(spec.bothWays ? [contributionFigure(spec, items, context, 'bothWays')] : []),
    {
      ...bars('peak', 'peak of the information contribution by order', 'share x layers', peakOf),
      caption: 'Attention from the answer’s row to the document that gets most of it, summed over layers.',
    },
    ...peakByAnswer(spec, items),
  ];
}

const runsOf = ({ causal, bothWays }: PromptNumbers): Numbers[] => (bothWays ? [causal, bothWays] : [causal]);

const orderAxes = ({ orders, bothWays }: TextOrderSpec): FigureAxis[] => [
  { name: 'order', labels: [...orders] },
  ...(bothWays ? [{ name: 'attention', labels: ['causal', 'both ways'] }] : []),
];

function accuracy(spec: TextOrderSpec, items: readonly Item[], { decode }: DocumentContext): Figure {
  const right = items.map((one) =>
    one.orders.flatMap((order) => runsOf(order).map((numbers) => (isRight(spec, one, numbers) ? 1 : 0))),
  );
  const said = items[0]!.orders.flatMap((order) => runsOf(order).map((numbers) => decode(numbers.said)));
  const isOne = items.length === 1;
  return {
    name: 'accuracy',
    title: 'right answers by order',
    axes: orderAxes(spec),
    unit: 'share',
    ...shares(spec, items, right),
    ...(isOne ? { texts: said } : {}),
    caption: isOne
      ? 'The likeliest token, and whether it is the answer.'
      : 'The likeliest token is the answer. Each bar’s interval is its own.',
    drawn: 'bars',
    scale: 'positive',
  };
}

function heuristic(spec: TextOrderSpec, items: readonly Item[]): Figure[] {
  const known = items.filter((one) => heuristicOf(spec, one));
  if (known.length === 0) return [];
  const perItem = known.map((one) => {
    const { mean: average, atPeak } = heuristicOf(spec, one)!;
    return [average, atPeak];
  });
  return [
    {
      name: 'heuristic',
      title: 'right answers if the order of the highest peak is trusted',
      axes: [{ name: 'order', labels: ['mean over orders', 'highest peak'] }],
      unit: 'share',
      ...shares(spec, known, perItem),
      drawn: 'bars',
      scale: 'positive',
      caption: 'Over orders of all documents, causal attention; of equal peaks the first.',
    },
  ];
}

/** Peaks of orders with right and wrong answers; nothing if all agree. */
function peakByAnswer(spec: TextOrderSpec, items: readonly Item[]): Figure[] {
  const perItem = items.map((one) => {
    const whole = wholeOrders(spec, one.item).map((order) => one.orders[order]!.causal);
    const peaks = (wanted: boolean) => {
      const own = whole.filter((numbers) => isRight(spec, one, numbers) === wanted).map(peakOf);
      return own.length === 0 ? null : mean(own);
    };
    return [peaks(true), peaks(false)];
  });
  if (![0, 1].every((cell) => perItem.some((cells) => cells[cell] !== null))) return [];
  return [
    {
      name: 'peak_by_answer',
      title: 'peak of the information contribution by answer',
      axes: [{ name: 'answer', labels: ['right', 'wrong'] }],
      unit: 'share x layers',
      ...averaged(perItem, overItems(spec, items)),
      drawn: 'bars',
      scale: 'positive',
      caption: 'Means over an item’s orders of all documents, causal attention.',
    },
  ];
}

/** Accuracy: causal, by the highest peak, and with bidirectional attention. */
export function findingOf(spec: TextOrderSpec, items: readonly Item[], context: DocumentContext): string {
  const n = spec.orders.length;
  const rightOf = (run: keyof PromptNumbers) =>
    items.map((one) => one.orders.filter((order) => isRight(spec, one, order[run]!)).length / n);
  const trusted = items.flatMap((one) => heuristicOf(spec, one) ?? []);
  const [only, another] = items;
  if (another) {
    const amount = (right: readonly number[], over: readonly Item[], unit: string) => {
      const { values, intervals } = shares(
        spec,
        over,
        right.map((share) => [share]),
      );
      return amountText(values[0]!, intervals?.[0], unit);
    };
    const causal = amount(rightOf('causal'), items, 'of the prompts');
    const known = items.filter((one) => heuristicOf(spec, one));
    const atPeak = trusted.map((one) => one.atPeak);
    return [
      `Over ${n} orders of ${items.length} items the answer is right in ${causal}`,
      ...(known.length > 0
        ? [`in the order of the highest peak in ${amount(atPeak, known, 'of the items')}`]
        : []),
      ...(spec.bothWays
        ? [`with attention both ways in ${amount(rightOf('bothWays'), items, 'of the prompts')}`]
        : []),
    ]
      .join(', ')
      .concat('.');
  }
  const levels = only!.orders.map(({ causal }) => causal.metric);
  const end = (value: number) =>
    `${amountText(value, null, metricUnit(spec.metric))} (${spec.orders[levels.indexOf(value)]})`;
  const answer = wordOf(context.decode(spec.cases[caseOf(spec, only!.item)]!.answer.id));
  const both = spec.bothWays ? `, ${n * rightOf('bothWays')[0]!} with attention both ways` : '';
  const peak =
    trusted.length > 0 ? `; the highest peak has the ${trusted[0]!.atPeak ? 'right' : 'wrong'} answer` : '';
  return `${n * rightOf('causal')[0]!} of ${n} orders are answered *${answer}*${both}; ${metricOf(spec, items, context)} goes from ${end(minOf(levels))} to ${end(maxOf(levels))}${peak}.`;
}
