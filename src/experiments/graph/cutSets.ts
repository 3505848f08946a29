/** The one measurement behind searches and tests of graphs: the answer with sets of edges cut. */
import { LOGITS } from '../../model/siteKinds';
import type { Cut, CutSource, Run } from '../../forward/request/types';
import { RandomState } from '../../util/random';
import { metricRow, metricValue } from '../common/metric';
import type { CaseResults, Rounds, Stage } from '../experiment';
import { scoreOf, type SearchSpace } from './searchSpace';
import type { GraphFound } from './search/result';
import type { GraphSpec } from './spec';

/** Edges that are cut together: indices into the space's edges. */
export interface CutSet {
  readonly cut: readonly number[];
  /**
   * Further cuts, scaled by the spec's beta. Sets with the same list share a run of it and vary
   * that run: the common part is planned and stored once.
   */
  readonly on?: readonly number[];
  /** Share of a cut edge that remains; default the spec's beta and jitter. */
  readonly beta?: number;
}

export interface Asked {
  readonly doing: string;
  /** Share of the search done afterwards. */
  readonly share: number;
  readonly found: GraphFound | null;
  /** Indices of cases; default those of the search. */
  readonly cases?: readonly number[];
  readonly measure?: CutMeasure;
}

/**
 * logit-diff: the logit difference. answer-logit: the answer's logit alone. kl: KL(full || cut) of
 * the answer's row, in nats.
 */
export type CutMeasure = GraphSpec['measure'] | 'answer-logit';

/** Sets run side by side for one prompt. */
const SETS_AT_ONCE = 512;

/** `[case][set]`, cases in the given order. */
export function* measureCuts(
  space: SearchSpace,
  sets: readonly CutSet[],
  { doing, share, found, cases = space.cases, measure = 'logit-diff' }: Asked,
): Rounds<GraphSpec, GraphFound, number[][]> {
  if (sets.length === 0 || cases.length === 0) return cases.map(() => []);
  const stage = cutStage(space, sets, cases, measure);
  const blocks = (yield { stage, doing, share, found }) as readonly (readonly number[])[];
  const perCase = Math.ceil(sets.length / SETS_AT_ONCE);
  return cases.map((_, c) => blocks.slice(c * perCase, (c + 1) * perCase).flat());
}

/** Cuts each of these edges alone: scores by case, per edge. */
export function* scoreAlone(
  space: SearchSpace,
  edges: readonly number[],
  asked: Omit<Asked, 'measure'>,
): Rounds<GraphSpec, GraphFound, Map<number, number[]>> {
  const { cases = space.cases } = asked;
  const sets = edges.map((e) => ({ cut: [e] }));
  const cut = yield* measureCuts(space, sets, asked);
  return new Map(edges.map((e, s) => [e, cases.map((i, c) => scoreOf(space, i, cut[c]![s]!))]));
}

/** A stage of (prompt, block of sets) pairs, one number per set. */
export function cutStage(
  space: SearchSpace,
  sets: readonly CutSet[],
  cases: readonly number[],
  measure: CutMeasure,
): Stage<GraphSpec, number[], null> {
  const perCase = Math.ceil(sets.length / SETS_AT_ONCE);
  const at = (n: number) => ({
    i: cases[Math.floor(n / perCase)]!,
    first: (n % perCase) * SETS_AT_ONCE,
  });
  const block = (first: number) => sets.slice(first, first + SETS_AT_ONCE);
  return {
    cases: () => cases.length * perCase,
    plan: (_spec, _model, n) => {
      const { i, first } = at(n);
      return runsOf(space, i, block(first), first, measure);
    },
    measure: (_spec, _model, n, results) => {
      return block(at(n).first).map((_, s) => numberOf(space, results, s, measure));
    },
  };
}

/**
 * Case i without cuts, the runs that replacements read, and one run per set (its id: the index
 * among all sets, from `first`). 'logits': returns whole rows of logits.
 */
export function runsOf(
  space: SearchSpace,
  i: number,
  sets: readonly CutSet[],
  first: number,
  reads: CutMeasure | 'logits',
): Run[] {
  const one = space.spec.cases[i]!;
  const metric = metricRow(one);
  const captures = reads === 'logits' ? [{ site: LOGITS, rows: [metric.row] }] : [];
  const { runs, source } = replacement(space, i);
  const clean: Run = { id: 'clean', tokens: one.tokens, metric, captures };
  const once = sharing();
  const cutting = (id: string, base: string, cut: readonly number[], left: number): Run => ({
    id,
    base,
    cuts: cutsOf(space, i, cut).map((row) => once({ ...row, beta: left, source })),
    metric: reads === 'kl' ? { ...metric, kl: { kind: 'run', run: clean.id } } : metric,
    captures,
  });
  const shared = new Map<readonly number[], string>();
  for (const { on } of sets) if (on && !shared.has(on)) shared.set(on, `on.${shared.size}`);
  return [
    clean,
    ...runs,
    ...[...shared].map(([on, id]) => cutting(id, clean.id, on, space.spec.beta)),
    ...sets.map(({ cut, on, beta }, s) => {
      const left = beta ?? leftOf(space.spec, i, first + s);
      return cutting(`${s}`, on ? shared.get(on)! : clean.id, cut, left);
    }),
  ];
}

/** The runs that replacements read, and how. Means are over search prompts of equal length. */
export function replacement(
  { spec, cases }: SearchSpace,
  i: number,
): { runs: readonly Run[]; source: CutSource } {
  const one = spec.cases[i]!;
  if (spec.ablation === 'zero') return { runs: [], source: { kind: 'constant', value: 0 } };
  if (spec.ablation === 'constant') return { runs: [], source: { kind: 'constant', value: spec.constant! } };
  if (spec.ablation === 'corrupted') {
    const run: Run = { id: 'corrupted', tokens: one.corrupted!.tokens };
    return { runs: [run], source: { kind: 'run', run: run.id } };
  }
  const runs = cases
    .map((k) => spec.cases[k]!.tokens)
    .filter((tokens) => tokens.length === one.tokens.length)
    .map((tokens, k): Run => ({ id: `reference.${k}`, tokens }));
  return { runs, source: { kind: 'mean', runs: runs.map(({ id }) => id) } };
}

/** Share of a cut edge that remains, per case and set. */
function leftOf({ beta, jitter, seed }: GraphSpec, i: number, set: number): number {
  if (jitter === 0) return beta;
  const random = new RandomState((seed + 0x9e3779b9 * i + 0x85ebca6b * set) >>> 0);
  return Math.min(1, beta + jitter * random.nextDouble());
}

/** Cut edges as table rows: one per receiver and place. */
function cutsOf(
  { edges, rowsOf }: SearchSpace,
  i: number,
  cut: readonly number[],
): Omit<Cut, 'beta' | 'source'>[] {
  const rows = rowsOf?.(i);
  const byReceiver = new Map<string, { senders: string[]; receiver: string; rows?: readonly number[] }>();
  for (const e of cut) {
    const { from, to, at } = edges[e]!;
    const here = at === undefined ? undefined : rows![at]!;
    // A prompt may lack the role.
    if (here?.length === 0) continue;
    const key = at === undefined ? to : `${to}@${at}`;
    const row = byReceiver.get(key);
    if (row) row.senders.push(from);
    else byReceiver.set(key, { senders: [from], receiver: to, ...(here ? { rows: here } : {}) });
  }
  return [...byReceiver.values()];
}

/** Consecutive sets often cut the same edges of a receiver: they share the row. */
function sharing(): (cut: Cut) => Cut {
  const latest = new Map<string, Cut>();
  return (cut) => {
    const known = latest.get(cut.receiver);
    if (known && isSame(known, cut)) return known;
    latest.set(cut.receiver, cut);
    return cut;
  };
}

const isSame = (a: Cut, b: Cut): boolean =>
  a.rows === b.rows &&
  a.beta === b.beta &&
  a.senders.length === b.senders.length &&
  a.senders.every((name, i) => name === b.senders[i]);

function numberOf({ spec }: SearchSpace, { runs }: CaseResults, set: number, measure: CutMeasure): number {
  const result = runs[`${set}`]!;
  if (measure === 'logit-diff') return metricValue(spec.metric, result.metric!);
  return measure === 'kl' ? result.metric!.kl! : result.metric!.answer;
}
