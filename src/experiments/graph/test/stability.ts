/**
 * Stability: would the same search find the same edges under irrelevant changes (Ahmad et al. 2024;
 * Jaccard index)? Over prompts, by resampling measured effects; over beta and jitter seeds, by
 * searching again.
 */
import { jaccard } from '../../../util/jaccard';
import { RandomState } from '../../../util/random';
import { range } from '../../../util/range';
import { type Interval, mean, quantile, tInterval } from '../../../statistics/stats';
import type { GraphTruth } from '../../../results/graph';
import type { Rounds } from '../../experiment';
import type { GraphFound } from '../search/result';
import { isEstimating } from '../estimate/fields';
import { selectedEdges } from '../estimate/select';
import { changeOf, type SearchSpace, overPrompts } from '../searchSpace';
import { judgeScores } from '../search/rules';
import type { GraphSpec } from '../spec';
import type { Outcome } from './contract';

type Row = NonNullable<GraphTruth['stability']>[number];

/** Another search of the same kind; `share` counts from 0. */
export type Search = (space: SearchSpace, share: number) => Rounds<GraphSpec, GraphFound>;

const keptOf = ({ edges }: Pick<GraphFound, 'edges'>): Set<number> =>
  new Set(edges.flatMap(({ kept }, e) => (kept ? [e] : [])));

/** Applies the search's single-edge rule to resampled prompts, by subject. */
export function overPromptsAgain(
  space: SearchSpace,
  found: GraphFound,
): Outcome & { readonly rows: readonly Row[] } {
  const { spec, cases } = space;
  const names = overPrompts(space, cases).clusters!;
  const clusters = [...new Set(names)].map((name) => range(0, cases.length).filter((c) => names[c] === name));
  // Resampling one subject changes nothing.
  if (spec.resamples === 0 || spec.method === 'chosen' || clusters.length < 2) return { truth: {}, rows: [] };
  const rule = ruleOf(space, found);
  if (typeof rule === 'string') return { truth: {}, rows: [], notes: [rule] };
  const random = new RandomState(spec.seed);
  const kept = keptOf(found);
  const values = range(0, spec.resamples).map(() => {
    const sample = clusters.flatMap(() => clusters[Math.floor(random.nextDouble() * clusters.length)]!);
    return jaccard(kept, rule(sample));
  });
  const sorted = [...values].sort((a, b) => a - b);
  const interval: Interval | null =
    values.length < 2 ? null : [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  const row = { over: 'prompts', n: values.length, jaccard: { value: mean(values), interval } };
  return { truth: {}, rows: [row] };
}

/** Edges kept on these cases: indices among the search's, perhaps repeated. */
type Rule = (sample: readonly number[]) => Set<number>;

/** The rule, or why there is none. */
function ruleOf(space: SearchSpace, { edges }: GraphFound): Rule | string {
  const { spec } = space;
  const scored = edges.flatMap(({ scores }, e) => (scores ? [{ e, scores }] : []));
  if (isEstimating(spec))
    return (sample) =>
      selectedEdges(
        space,
        scored.map(({ scores }) => scores),
        sample,
      );
  if (spec.method === 'exhaustive') {
    const change = changeOf(space);
    return (sample) =>
      new Set(
        scored.flatMap(({ e, scores }) => (Math.abs(change(scores, sample)) > spec.threshold ? [e] : [])),
      );
  }
  if (spec.method === 'acdc')
    return 'Stability over prompts is not given: a verdict of ACDC depends on what was removed before, not on an edge alone.';
  if (spec.rule === 'ahmad')
    return "Stability over prompts is not given: the rule reads the answer's logit, scores are of the logit difference.";
  return (sample) => {
    const verdicts = judgeScores(
      scored.map(({ scores }) => sample.map((c) => scores[c]!)),
      spec,
    );
    return new Set(scored.flatMap(({ e }, k) => (verdicts[k]!.counts ? [e] : [])));
  };
}

/** Number of repeated searches. */
export function searchesAgain({ method, betas, seeds, jitter }: GraphSpec): number {
  if (method === 'chosen') return 0;
  return betas.length + (jitter > 0 ? seeds.length : 0);
}

/** Repeats the search with each other beta, then each other seed; share: 0 to 1. */
export function* searchedAgain(
  space: SearchSpace,
  found: GraphFound,
  again: Search,
): Rounds<GraphSpec, GraphFound, Outcome & { readonly rows: readonly Row[] }> {
  const { spec } = space;
  const total = searchesAgain(spec);
  if (total === 0) return { truth: {}, rows: [], notes: idleSeeds(spec) };
  const kept = keptOf(found);
  let done = 0;
  const jaccardWith = function* (other: Partial<GraphSpec>, doing: string) {
    const rounds = again({ ...space, spec: { ...spec, ...other } }, 1);
    const own = yield* within(rounds, { from: done / total, to: (done + 1) / total, doing, found });
    done++;
    return jaccard(kept, keptOf(own));
  };
  const rows: Row[] = [];
  for (const beta of spec.betas) {
    const value = yield* jaccardWith({ beta }, `searching again with ${beta} of a cut edge left`);
    rows.push({ over: `beta ${beta}`, n: 1, jaccard: { value, interval: null } });
  }
  const values: number[] = [];
  for (const seed of spec.jitter > 0 ? spec.seeds : [])
    values.push(yield* jaccardWith({ seed }, `searching again with seed ${seed}`));
  if (values.length > 0)
    rows.push({
      over: 'seeds',
      n: values.length,
      jaccard: { value: mean(values), interval: tInterval(values) },
    });
  return { truth: {}, rows, notes: idleSeeds(spec) };
}

const idleSeeds = ({ method, seeds, jitter }: GraphSpec): string[] =>
  method !== 'chosen' && seeds.length > 0 && jitter === 0
    ? ['Without jitter nothing is drawn, so every seed finds the same graph: seeds were not tried.']
    : [];

/** Embeds rounds in a longer search, whose own result stays shown. */
export function* within<Result>(
  rounds: Rounds<GraphSpec, GraphFound, Result>,
  part: { readonly from: number; readonly to: number; readonly doing?: string; readonly found: GraphFound },
): Rounds<GraphSpec, GraphFound, Result> {
  const { from, to, found } = part;
  let step = rounds.next([]);
  while (!step.done) {
    const { stage, doing, share } = step.value;
    const about = { doing: part.doing ?? doing, share: from + (to - from) * share, found };
    step = rounds.next(yield { stage, ...about });
  }
  return step.value;
}
