/**
 * ACDC (Conmy et al. 2023, https://arxiv.org/abs/2304.14997), exact: edge after edge is removed for good if that raises the
 * loss, which is KL(full model || graph) or the drop of the logit difference, mean over prompts, by less than tau above
 * the graph without it.
 *
 * One after another, each verdict would wait for the one before. Instead a wave of edges is tried at once, each in the
 * graph that is expected by then: without the edges before it that are forecast to be removed. Verdicts are taken over
 * up to and including the first that is not as forecast; what came after it was tried in a graph that does not come
 * about, so it is thrown away, but for what it tells the forecast. No forecast changes a verdict, only how many runs it
 * takes.
 */
import { mean } from '../../../statistics/stats';
import type { Rounds } from '../../experiment';
import { type Forecast, learntForecast } from './acdcForecast';
import { acdcOrder, deadEnds } from './acdcOrder';
import { measureCuts } from '../cutSets';
import type { FoundEdge, GraphFound } from './result';
import { type SearchSpace, levelsOf, scoreOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

/** Edges that are tried at once, at most. */
const MOST = 256;
/** A wave of fewer runs keeps a GPU no busier than one of so many. */
const WORTH_STARTING = 8;
/** Share of the search that is over when every edge has its verdict. */
const VERDICTS = 0.95;

/** An edge on trial: expected to be removed or kept. `cut`: what its run cuts beside the graph's, itself last; null: a dead end, no run. */
interface Trial {
  readonly e: number;
  readonly cut: readonly number[] | null;
  readonly removed: boolean;
}

interface Search {
  readonly order: readonly number[];
  readonly isDeadEnd: ReturnType<typeof deadEnds>;
  readonly forecast: Forecast;
  readonly removed: Set<number>;
  /** Those of `removed` that are no dead ends: what the graph's runs cut. */
  readonly cut: number[];
  /** Place in `order` that is next. */
  next: number;
  /** The graph's own, in nats or logits. */
  loss: number;
  readonly counts: { verdicts: number; deadEnds: number; runs: number; waves: number };
}

/** `share` of the whole search is done when this is over. */
export function* findByAcdc(
  space: SearchSpace,
  share: number,
  forecast = learntForecast(),
): Rounds<GraphSpec, GraphFound> {
  const { spec, cases, edges } = space;
  const search: Search = {
    order: acdcOrder(space),
    isDeadEnd: deadEnds(space),
    forecast,
    removed: new Set(),
    cut: [],
    next: 0,
    loss: spec.measure === 'kl' ? 0 : -mean(cases.map((i) => levelsOf(space, i).clean)),
    counts: { verdicts: 0, deadEnds: 0, runs: 0, waves: 0 },
  };
  const soFar = () => edges.map((_, e): FoundEdge => ({ scores: null, kept: !search.removed.has(e) }));
  const startingCost = runsBeside(space) + WORTH_STARTING / cases.length;
  while (search.next < search.order.length) {
    const wave = nextWave(search, startingCost);
    // The graph of the moment: what every trial of the wave is a variation of.
    const on = search.cut.length > 0 ? { on: [...search.cut] } : {};
    const sets = wave.flatMap(({ cut }) => (cut ? [{ cut, ...on }] : []));
    const perCase = yield* measureCuts(space, sets, {
      doing: `cutting edges into ${edges[wave[0]!.e]!.to}`,
      share: (share * VERDICTS * search.next) / search.order.length,
      found: { edges: soFar(), notes: [] },
      measure: spec.measure,
    });
    const sign = spec.measure === 'kl' ? 1 : -1;
    judge(
      search,
      wave,
      sets.map((_, s) => sign * mean(perCase.map((values) => values[s]!))),
      spec.tau,
    );
  }
  const alone = yield* scoresAlone(space, share, soFar());
  return { edges: alone, notes: [noteOf(spec, search)] };
}

/** Runs of a prompt that every wave has beside its trials: see `cutSets.ts`. */
function runsBeside({ spec, cases }: SearchSpace): number {
  if (spec.ablation === 'mean') return 1 + cases.length;
  return spec.ablation === 'corrupted' ? 2 : 1;
}

/**
 * The next edges in order, for as long as one more brings more verdicts per run than the wave does without it: its own
 * verdict counts if all before it are as forecast.
 */
function nextWave({ order, isDeadEnd, forecast, removed, next }: Search, startingCost: number): Trial[] {
  const expected = new Set(removed);
  const cutBefore: number[] = [];
  const wave: Trial[] = [];
  let [runs, verdicts, chance] = [0, 0, 1];
  for (const e of order.slice(next)) {
    if (isDeadEnd(e, expected)) {
      wave.push({ e, cut: null, removed: true });
      expected.add(e);
      continue;
    }
    if (runs === MOST || (runs > 0 && chance * (startingCost + runs) < verdicts)) break;
    const { removed: isRemoved, risk } = forecast.of(e);
    wave.push({ e, cut: [...cutBefore, e], removed: isRemoved });
    runs++;
    verdicts += chance;
    chance *= 1 - risk;
    if (!isRemoved) continue;
    expected.add(e);
    cutBefore.push(e);
  }
  return wave;
}

/** `losses`: of the trials that have a run. */
function judge(search: Search, wave: readonly Trial[], losses: readonly number[], tau: number): void {
  const { removed, cut, forecast, counts } = search;
  const order = losses.values();
  let asForecast = true;
  /** Of the graph that the next trial was made in. */
  let before = search.loss;
  for (const trial of wave) {
    if (trial.cut === null) {
      if (asForecast) {
        removed.add(trial.e);
        search.next++;
        counts.deadEnds++;
      }
      continue;
    }
    const loss = order.next().value!;
    const isRemoved = loss - before < tau;
    if (asForecast) {
      forecast.settle(trial.e, isRemoved);
      search.next++;
      counts.verdicts++;
      if (isRemoved) {
        removed.add(trial.e);
        cut.push(trial.e);
        search.loss = loss;
      }
      asForecast = isRemoved === trial.removed;
    } else forecast.hint(trial.e, isRemoved);
    if (trial.removed) before = loss;
  }
  counts.runs += losses.length;
  if (losses.length > 0) counts.waves++;
}

/** What each kept edge does when it is cut alone, in the full model. */
function* scoresAlone(
  space: SearchSpace,
  share: number,
  edges: readonly FoundEdge[],
): Rounds<GraphSpec, GraphFound, FoundEdge[]> {
  const { spec, cases } = space;
  const kept = edges.flatMap((edge, e) => (edge.kept ? [e] : []));
  const sets = kept.map((e) => ({ cut: [e] }));
  const asked = { doing: 'cutting every kept edge alone', share, found: { edges, notes: [] } };
  const differences = yield* measureCuts(space, sets, asked);
  const divergences =
    spec.measure === 'kl' ? yield* measureCuts(space, sets, { ...asked, measure: 'kl' }) : null;
  const setOf = new Map(kept.map((e, s) => [e, s]));
  return edges.map((edge, e) => {
    const s = setOf.get(e);
    if (s === undefined) return edge;
    return {
      ...edge,
      scores: cases.map((i, c) => scoreOf(space, i, differences[c]![s]!)),
      ...(divergences ? { kl: mean(divergences.map((values) => values[s]!)) } : {}),
    };
  });
}

function noteOf({ measure, tau }: GraphSpec, { counts, order }: Search): string {
  const { verdicts, deadEnds: dead, runs, waves } = counts;
  const rise =
    measure === 'kl'
      ? `KL(full || graph) by less than ${tau} nats`
      : `the drop of the logit difference by less than ${tau} logits`;
  return (
    `ACDC removed an edge where that raised ${rise}: of ${order.length} edges ${dead} led to nothing that was kept and ` +
    `needed no run, the other ${verdicts} took ${runs} evaluations in ${waves} waves, of which ${runs - verdicts} were thrown away.`
  );
}
