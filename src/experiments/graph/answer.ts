/**
 * The model's output with wires of a graph cut: for cuts in the picture, and for measuring single
 * edges. Cutting all wires into a node sets the node, do(node), as in string diagram surgery
 * (Jacobs, Kissinger & Zanasi 2019); its value then follows the graph's ablation.
 */
import { LOGITS } from '../../model/siteKinds';
import { parseReceiver, parseSender, receiverName, receiversOfNode } from '../../model/edges';
import { largestIds } from '../../util/largest';
import { type Interval, mean } from '../../statistics/stats';
import { averaged } from '../common/average';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { metricRow } from '../common/metric';
import type { CaseResults, Stage } from '../experiment';
import { type CutSet, runsOf } from './cutSets';
import { type SearchSpace, overPrompts, scoreOf } from './searchSpace';
import type { GraphSpec } from './spec';
import { quoted } from '../../util/parse';

/** One run's output in the answer's row. */
interface Said {
  /** The most likely tokens, in order; `uncut`: p without cuts. */
  readonly top: readonly { readonly id: number; readonly p: number; readonly uncut: number }[];
  /** Of the answer. */
  readonly p: number;
  readonly difference: number;
}

/** One prompt's outputs: without cuts, and per set of cut edges. */
export interface CaseSaid {
  readonly clean: Said;
  readonly cut: readonly (Said & { readonly kl: number })[];
}

/** The model's answer before and after. */
export interface CutAnswer {
  /** How many edges were cut. */
  readonly edges: number;
  /** Index of the prompt of `before` and `after`: the one asked for, else the first that counts. */
  readonly case: number;
  readonly before: Said;
  readonly after: Said;
  /** Prompts that count, and on how many the answer is the top token, before and after. */
  readonly prompts: number;
  readonly answered: { readonly before: number; readonly after: number };
  /** Mean logit difference over these prompts. */
  readonly difference: { readonly before: number; readonly after: number };
}

/** One edge cut alone, over all counted prompts. */
export interface MeasuredEdge {
  readonly name: string;
  readonly score: number;
  readonly interval: Interval | null;
  /** KL(full || edge cut), in nats. */
  readonly kl: number;
}

/** Most tokens listed. */
const TOP = 5;

/** A stage over these cases: outputs without cuts and with each set cut. */
export function saidStage(
  space: SearchSpace,
  sets: readonly CutSet[],
  cases: readonly number[] = space.cases,
): Stage<GraphSpec, CaseSaid, null> {
  return {
    cases: () => cases.length,
    plan: (_spec, _model, n) => runsOf(space, cases[n]!, sets, 0, 'logits'),
    measure: (_spec, _model, n, results) => saidOf(space, cases[n]!, sets.length, results),
  };
}

function saidOf({ spec }: SearchSpace, i: number, sets: number, { runs }: CaseResults): CaseSaid {
  const { answer, distractor } = metricRow(spec.cases[i]!);
  const logits = (id: string) => runs[id]!.captures[LOGITS]!.data;
  const clean = logSoftmax(logits('clean'));
  const said = (id: string, logP: Float64Array): Said => ({
    top: largestIds(logP, TOP).map((token) => ({
      id: token,
      p: Math.exp(logP[token]!),
      uncut: Math.exp(clean[token]!),
    })),
    p: Math.exp(logP[answer]!),
    difference: logits(id)[answer]! - logits(id)[distractor!]!,
  });
  return {
    clean: said('clean', clean),
    cut: Array.from({ length: sets }, (_, s) => {
      const logP = logSoftmax(logits(`${s}`));
      return { ...said(`${s}`, logP), kl: klDivergence(clean, logP) };
    }),
  };
}

/**
 * Indices of the named edges: an edge ('a0.h1->m1'), all wires into a node ('m1'), or all wires out
 * of one ('m1->'); with positions 'm1@2', 'm1->@2'. Heads that share keys and values share the
 * wires into them. Throws one sentence for an unknown name.
 */
export function edgesMeant({ model, edges }: SearchSpace, names: readonly string[]): number[] {
  const meant = new Set<number>();
  for (const name of names) {
    const [bare, place] = name.split('@');
    const at = place === undefined ? undefined : Number(place);
    const isMeant = endsMeant(bare!);
    const found = [...edges.keys()].filter((e) => edges[e]!.at === at && isMeant(edges[e]!));
    if (found.length === 0) {
      const places = edges[0]!.at === undefined ? 'without a position' : 'with a position, as in m1@2';
      throw new Error(
        `cut: no such wire, got ${quoted(name)}, expected an edge or a node of this graph, ${places}.`,
      );
    }
    for (const e of found) meant.add(e);
  }
  return [...meant].sort((a, b) => a - b);

  function endsMeant(name: string): (edge: { readonly from: string; readonly to: string }) => boolean {
    const arrow = name.indexOf('->');
    if (arrow < 0) {
      const inputs = new Set(receiversOfNode(model, name).map(receiverName));
      return ({ to }) => inputs.has(to);
    }
    const from = name.slice(0, arrow);
    const to = name.slice(arrow + 2);
    parseSender(from, model, 'cut');
    if (to !== '') parseReceiver(to, model, 'cut');
    return (edge) => edge.from === from && (to === '' || edge.to === to);
  }
}

/** From `saidStage`'s results of one set over the space's cases; `i`: prompt of the details. */
export function cutAnswer(
  { spec, cases }: SearchSpace,
  edges: number,
  said: readonly CaseSaid[],
  i = cases[0]!,
): CutAnswer {
  const here = said[cases.indexOf(i)];
  if (!here)
    throw new Error(
      `cut: prompt ${i} does not count in this graph, got ${i}, expected one of ${cases.join(', ')}.`,
    );
  const answered = (of: (one: CaseSaid) => Said) =>
    said.filter((one, c) => of(one).top[0]!.id === spec.cases[cases[c]!]!.answer.id).length;
  const before = (one: CaseSaid) => one.clean;
  const after = (one: CaseSaid) => one.cut[0]!;
  return {
    edges,
    case: i,
    before: before(here),
    after: after(here),
    prompts: cases.length,
    answered: { before: answered(before), after: answered(after) },
    difference: {
      before: mean(said.map((one) => before(one).difference)),
      after: mean(said.map((one) => after(one).difference)),
    },
  };
}

/** From `saidStage`'s results of these edges, one set each, over the space's cases. */
export function measuredSingly(
  space: SearchSpace,
  edges: readonly number[],
  said: readonly CaseSaid[],
): MeasuredEdge[] {
  const { cases } = space;
  const scores = said.map(({ cut }, c) => cut.map(({ difference }) => scoreOf(space, cases[c]!, difference)));
  const over = overPrompts(space, cases);
  const { values, intervals } = averaged(scores, over);
  return edges.map((e, s) => ({
    name: space.edges[e]!.name,
    score: values[s]!,
    interval: intervals?.[s] ?? null,
    kl: mean(said.map(({ cut }) => cut[s]!.kl)),
  }));
}
