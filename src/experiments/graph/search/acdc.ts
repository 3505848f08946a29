/**
 * ACDC (Conmy et al. 2023, https://arxiv.org/abs/2304.14997), exact: removes an edge for good if
 * that raises the loss (KL(full model || graph), or the drop of the logit difference, mean over
 * prompts) by less than tau.
 *
 * One at a time, each verdict would wait for the previous one. Instead a wave of edges is tried at
 * once, each in the forecast graph: without the earlier edges that are likely to be removed.
 * Verdicts count up to the first wrong forecast, inclusive; later trials ran in a wrong graph and
 * only inform the forecast. Forecasts change the number of runs, never a verdict.
 */
import { mean } from '../../../statistics/stats';
import type { Rounds } from '../../experiment';
import { type Forecast, learntForecast } from './acdcForecast';
import { acdcOrder, deadEnds } from './acdcOrder';
import { measureCuts, scoreAlone } from '../cutSets';
import type { FoundEdge, GraphFound } from './result';
import { isSearched, type SearchSpace, levelsOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

/** Most edges tried at once. */
const MOST = 256;
/** Smaller waves keep a GPU no busier than this many runs. */
const WORTH_STARTING = 8;
/** Share of the search done once every edge has its verdict. */
const VERDICTS = 0.95;

/** An edge on trial with its forecast. `cut`: extra cuts, itself last; null: a dead end. */
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
  /** The removed edges that are not dead ends: cuts of the graph's run. */
  readonly cut: number[];
  /** Next index in `order`. */
  next: number;
  /** The current graph's, in nats or logits. */
  loss: number;
  readonly counts: { verdicts: number; deadEnds: number; runs: number; waves: number };
}

/** `share`: share of the whole search done afterwards. */
export function* findByAcdc(
  space: SearchSpace,
  share: number,
  forecast = learntForecast(),
): Rounds<GraphSpec, GraphFound> {
  const { spec, cases, edges } = space;
  const search: Search = {
    order: acdcOrder(space).filter((e) => isSearched(space, e)),
    isDeadEnd: deadEnds(space),
    forecast,
    removed: new Set(),
    cut: [],
    next: 0,
    loss: spec.measure === 'kl' ? 0 : -mean(cases.map((i) => levelsOf(space, i).clean)),
    counts: { verdicts: 0, deadEnds: 0, runs: 0, waves: 0 },
  };
  const isKept = (e: number) => isSearched(space, e) && !search.removed.has(e);
  const soFar = () => edges.map((_, e): FoundEdge => ({ scores: null, kept: isKept(e) }));
  const startingCost = runsBeside(space) + WORTH_STARTING / cases.length;
  while (search.next < search.order.length) {
    const wave = nextWave(search, startingCost);
    // The current graph: the base of every trial in the wave.
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

/** A prompt's runs in every wave besides its trials: see `cutSets.ts`. */
function runsBeside({ spec, cases }: SearchSpace): number {
  if (spec.ablation === 'mean') return 1 + cases.length;
  return spec.ablation === 'corrupted' ? 2 : 1;
}

/**
 * The next edges in order, while one more raises the expected verdicts per run: a verdict counts
 * only if all earlier forecasts hold.
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

/** `losses`: of trials that ran. */
function judge(search: Search, wave: readonly Trial[], losses: readonly number[], tau: number): void {
  const { removed, cut, forecast, counts } = search;
  const order = losses.values();
  let asForecast = true;
  /** Loss of the graph in which the next trial ran. */
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

/** The effect of each kept edge cut alone in the full model. */
function* scoresAlone(
  space: SearchSpace,
  share: number,
  edges: readonly FoundEdge[],
): Rounds<GraphSpec, GraphFound, FoundEdge[]> {
  const kept = edges.flatMap((edge, e) => (edge.kept ? [e] : []));
  const asked = { doing: 'cutting every kept edge alone', share, found: { edges, notes: [] } };
  const scores = yield* scoreAlone(space, kept, asked);
  const scored = edges.map((edge, e) => ({ ...edge, scores: scores.get(e) ?? null }));
  if (space.spec.measure !== 'kl') return scored;
  const sets = kept.map((e) => ({ cut: [e] }));
  const divergences = yield* measureCuts(space, sets, { ...asked, measure: 'kl' });
  for (const [s, e] of kept.entries())
    scored[e] = { ...scored[e]!, kl: mean(divergences.map((values) => values[s]!)) };
  return scored;
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
