/**
 * ACDC in waves and as the plain loop (one run per edge, none skipped), with the float64 reference.
 * Node only.
 */
import { expect } from 'vitest';
import { loadTruth } from '../../forward/testing/planted';
import { maxOf } from '../../util/lists';
import { mean } from '../../statistics/stats';
import type { Rounds } from '../experiment';
import { findByAcdc } from '../graph/search/acdc';
import type { Forecast } from '../graph/search/acdcForecast';
import { measureCuts } from '../graph/cutSets';
import { graphExperiment } from '../graph/experiment';
import type { GraphFound } from '../graph/search/result';
import { type SearchSpace, searchSpaceOf, levelsOf } from '../graph/searchSpace';
import type { GraphSpec } from '../graph/spec';
import { builtinContext } from './builtin';
import { type Pair, pairQuestion } from './pair';
import { referenceOf, remembering, runRounds, runStage } from './rounds';
import { openGolden } from './study';

const ofPlanted = await openGolden('planted');
const ofTiny = await openGolden('tiny-a');
const context = await builtinContext('planted');
const truth = await loadTruth('planted');
const planted = { model: ofPlanted.spec, forward: remembering(referenceOf(ofPlanted)) };
export const tiny = { model: ofTiny.spec, forward: remembering(referenceOf(ofTiny)) };

const PAIR: Pair = {
  clean: [52, 93, 15, 72, 61, 21, 83, 87],
  corrupted: [52, 93, 75, 72, 75, 21, 83, 87],
  answer: 14,
  distractor: 32,
};

type Subject = typeof planted;

async function spaceFor({ model, forward }: Subject, spec: GraphSpec): Promise<SearchSpace> {
  return searchSpaceOf(spec, model, await runStage(graphExperiment, spec, model, forward));
}

async function plantedSpace(fields: object): Promise<SearchSpace> {
  const question = { kind: 'graph', metric: 'logit-diff', method: 'acdc', ...fields };
  return spaceFor(planted, await graphExperiment.resolve(question, context));
}

export function tinySpace(fields: object): Promise<SearchSpace> {
  const question = { ...pairQuestion(PAIR), kind: 'graph', method: 'acdc', ...fields };
  return spaceFor(tiny, graphExperiment.parseSpec(question, tiny.model));
}

interface Verdict {
  readonly name: string;
  readonly rise: number;
}

/** Every edge, receivers last to first, senders in order; one run each. */
function* oneAfterAnother(space: SearchSpace): Rounds<GraphSpec, GraphFound, Verdict[]> {
  const { spec, edges, cases } = space;
  const asked = { doing: '', share: 0, found: null, measure: spec.measure };
  const removed: number[] = [];
  const verdicts: Verdict[] = [];
  let loss = spec.measure === 'kl' ? 0 : -mean(cases.map((i) => levelsOf(space, i).clean));
  for (const receiver of [...new Set(edges.map(({ to }) => to))].reverse())
    for (const [e, { to, name }] of edges.entries()) {
      if (to !== receiver) continue;
      const sets = [{ cut: [...removed, e] }];
      const values = yield* measureCuts(space, sets, asked);
      const without = mean(values.map(([value]) => value!)) * (spec.measure === 'kl' ? 1 : -1);
      verdicts.push({ name, rise: without - loss });
      if (without - loss >= spec.tau) continue;
      removed.push(e);
      loss = without;
    }
  return verdicts;
}

export async function search({ model, forward }: Subject, space: SearchSpace, forecast?: Forecast) {
  const found = await runRounds(findByAcdc(space, 1, forecast), space.spec, model, forward);
  return { kept: space.edges.flatMap(({ name }, e) => (found.edges[e]!.kept ? [name] : [])), found };
}

async function verdictsOf({ model, forward }: Subject, space: SearchSpace) {
  const verdicts = await runRounds(oneAfterAnother(space), space.spec, model, forward);
  const kept = new Set(verdicts.filter(({ rise }) => rise >= space.spec.tau).map(({ name }) => name));
  return { verdicts, kept: space.edges.map(({ name }) => name).filter((name) => kept.has(name)) };
}

/** Edges, runs, waves, ... in the note. */
const numbersIn = ({ notes }: GraphFound) => notes[0]!.split(': of ')[1]!.match(/\d+/g)!.map(Number);

/** A graph of tiny-a equals the plain loop's, by either measure. */
export async function expectTinyVerdicts(tau: number): Promise<void> {
  for (const measure of ['kl', 'logit-diff']) {
    const space = await tinySpace({ tau, measure });
    const { kept } = await verdictsOf(tiny, space);
    expect((await search(tiny, space)).kept).toEqual(kept);
  }
}

/** The same for the planted circuit, with `take` prompts. */
export async function expectPlantedVerdicts(ablation: string, measure: string, take: number): Promise<void> {
  const space = await plantedSpace({ ablation, measure, set: { name: truth.set, take, seed: 2 } });
  const { verdicts, kept } = await verdictsOf(planted, space);
  const ours = await search(planted, space);
  expect(ours.kept).toEqual(kept);
  expect(kept.length).toBeGreaterThan(2);
  const [edges, deadEnds, runs, evaluations, , thrownAway] = numbersIn(ours.found);
  expect(edges).toBe(262);
  expect(deadEnds! + runs!).toBe(262);
  expect(evaluations! - thrownAway!).toBe(runs);
  // Skips dead ends: they change nothing.
  const alive = new Set(kept.flatMap((name) => name.split('->')[0]!));
  const changes = verdicts.flatMap(({ name, rise }) => {
    const [node] = name.split('->')[1]!.split('<');
    return node === 'logits' || alive.has(node!) ? [] : [Math.abs(rise)];
  });
  expect(changes.length).toBe(deadEnds);
  expect(maxOf(changes)).toBeLessThan(1e-12);
}
