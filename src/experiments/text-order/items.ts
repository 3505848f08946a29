/** Groups prompts into items: right answers, peaks, and the order of the highest peak. */
import { exactInterval, mean } from '../../statistics/stats';
import { averaged, type Averaged, type Over, overCases } from '../common/average';
import type { TextOrderSpec } from './spec';
import { maxOf } from '../../util/lists';

/** One run. */
export interface Numbers {
  readonly metric: number;
  readonly p: number;
  /** The likeliest token. */
  readonly said: number;
  /** [layer][document by place, then the question, then elsewhere] */
  readonly contribution: readonly (readonly number[])[];
}

/** One prompt: an item in one order. */
export interface PromptNumbers {
  readonly causal: Numbers;
  readonly bothWays?: Numbers;
}

/** An item with all orders measured. */
export interface Item {
  /** Index in the spec. */
  readonly item: number;
  readonly orders: readonly PromptNumbers[];
}

export function itemsOf(spec: TextOrderSpec, measured: readonly (PromptNumbers | null)[]): Item[] {
  const n = spec.orders.length;
  return spec.items.flatMap((_, item) => {
    const own = measured.slice(item * n, (item + 1) * n);
    const orders = own.flatMap((numbers) => (numbers === null ? [] : [numbers]));
    return orders.length === n ? [{ item, orders }] : [];
  });
}

export const caseOf = ({ orders }: TextOrderSpec, item: number, order = 0): number =>
  item * orders.length + order;

export const overItems = (spec: TextOrderSpec, items: readonly Item[]): Over =>
  overCases(
    spec,
    items.map(({ item }) => ({ i: caseOf(spec, item) })),
    'items',
  );

export const isRight = (spec: TextOrderSpec, { item }: Item, { said }: Numbers): boolean =>
  said === spec.cases[caseOf(spec, item)]!.answer.id;

/** Sum over layers, then the largest document. */
export function peakOf({ contribution }: Numbers): number {
  const documents = contribution[0]!.length - 2;
  return maxOf(
    Array.from({ length: documents }, (_, place) =>
      contribution.reduce((sum, layer) => sum + layer[place]!, 0),
    ),
  );
}

/** Orders with every document: only their peaks compare. */
export const wholeOrders = (spec: TextOrderSpec, item: number): number[] =>
  [...spec.orders.keys()].filter(
    (order) =>
      spec.layouts[caseOf(spec, item, order)]!.permutation.length === spec.items[item]!.documents.length,
  );

/**
 * Shares of right answers, each item's in [0, 1], with Clopper-Pearson intervals over items: such
 * shares vary no more than binary answers. Items of one subject count as one.
 */
export function shares(
  spec: TextOrderSpec,
  items: readonly Item[],
  perItem: readonly (readonly number[])[],
): Averaged {
  const over = overItems(spec, items);
  const { values, varies } = averaged(perItem, over);
  const n = new Set(over.clusters).size;
  if (items.length < 2 || !varies) return { values };
  if (n < 2) return { values, varies };
  const intervals = values.map((share) => exactInterval(share! * n, n));
  return { values, varies, intervals, rule: 'Clopper-Pearson' };
}

/** Accuracy over an item's whole orders, and 1 or 0 for the first order of the highest peak. */
export function heuristicOf(spec: TextOrderSpec, one: Item): { mean: number; atPeak: number } | null {
  const whole = wholeOrders(spec, one.item).map((order) => one.orders[order]!.causal);
  if (whole.length < 2) return null;
  const right = whole.map((numbers) => (isRight(spec, one, numbers) ? 1 : 0));
  const peaks = whole.map(peakOf);
  return { mean: mean(right), atPeak: right[peaks.indexOf(maxOf(peaks))]! };
}
