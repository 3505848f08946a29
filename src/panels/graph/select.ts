/** Numbers beside a graph. */
import type { Interval } from '../../results/parts';
import type { Graph, GraphTruth } from '../../results/graph';
import { countText, intervalText, percent, plain } from '../../results/format';
import { count } from '../../ui/format';
import { type PictureGraph, sidesText } from './overlay';
import { keptCount } from './prune';

export interface TruthLine {
  readonly name: string;
  readonly value: string;
  /** Meaning of the number. */
  readonly means: string;
}

const METHODS: Readonly<Record<Graph['method'], string>> = {
  path: 'found from the answer downwards, by cutting paths',
  acdc: 'found by cutting edges one after another (ACDC)',
  exhaustive: 'found by cutting every edge alone',
  eap: 'by an estimate of every edge (EAP)',
  'eap-ig': 'by an estimate of every edge (EAP-IG)',
  class: 'found from the class downwards, by setting the edges of channels',
  chosen: 'chosen beforehand',
  imported: 'imported',
};

/** '23 of 32,491 edges, found by cutting every edge alone'; for two '12 edges of A and B: ...' */
export function graphSummary(graph: PictureGraph): string {
  if (graph.sides) return `${countText(graph.edges.length, 'edges')} of A and B: ${sidesText(graph.sides)}`;
  const partial = graph.edges.length < graph.total ? ` (${count(graph.edges.length)} of them here)` : '';
  return `${count(keptCount(graph))} of ${countText(graph.total, 'edges')}${partial}, ${METHODS[graph.method]}`;
}

/** Tests of the graph with intervals; empty if not measured. */
export function selectTruth({ truth }: Graph): TruthLine[] {
  if (!truth) return [];
  const share = (value: number | null | undefined, interval?: Interval | null) =>
    value === null || value === undefined ? null : `${percent(value)}${range(interval)}`;
  const ratio = (of: GraphTruth['heldOut']) => of?.missing ?? share(of?.value, of?.interval);
  const line = (name: string, value: string | null, means: string): TruthLine[] =>
    value === null ? [] : [{ name, value, means }];
  const { faithfulness, heldOut, complement, completeness, minimality, random } = truth;
  return [
    ...line('Faithfulness', ratio(faithfulness), 'of the answer is left when every other edge is cut'),
    ...line('Held out', ratio(heldOut), 'the same on prompts that the search did not see'),
    ...line(
      'Random graphs',
      share(random?.value, random?.interval),
      'of the answer is left with as many edges chosen at random',
    ),
    ...line(
      'Complement',
      ratio(complement),
      'of the answer is left when the graph itself is cut: redundancy outside it',
    ),
    ...line(
      'Completeness',
      share(completeness?.value, completeness?.interval),
      'difference between graph and model when parts are taken out of both',
    ),
    ...line(
      'Minimality',
      minimality ? share(minimality.value) : null,
      `lost without the edge that matters least${minimality ? `, ${minimality.worst}` : ''}`,
    ),
    ...line('CPR', number(truth.cpr), 'area under the curve of faithfulness over size: larger is better'),
    ...line('CMD', number(truth.cmd), 'area between that curve and 100 %: smaller is better'),
    ...(truth.stability ?? []).flatMap(({ over, n, jaccard }) =>
      line(
        'Stability',
        jaccard.value === null ? null : `${plain(jaccard.value)}${plainRange(jaccard.interval)}`,
        `overlap (Jaccard) with the graphs of ${n} searches over ${over}`,
      ),
    ),
  ];
}

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? null : plain(value);
const range = (interval: Interval | null | undefined) =>
  interval ? ` ${intervalText({ percent: true }, interval)}` : '';
const plainRange = (interval: Interval | null | undefined) =>
  interval ? ` [${plain(interval[0])}, ${plain(interval[1])}]` : '';

/** 'Two edges together': pairs that do not add up, largest first. */
export function selectInteractions({ truth }: Graph): readonly { pair: string; value: string }[] {
  return [...(truth?.interactions ?? [])]
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .map(({ a, b, value, interval }) => ({
      pair: `${a} and ${b}`,
      value: `${percent(value)}${range(interval)}`,
    }));
}
