/**
 * ACDC tried in waves against the plain loop, edge after edge, each verdict from a run of its own and no edge passed over:
 * the same graph, whatever is forecast.
 */
import { describe, expect, it } from 'vitest';
import { loadTruth } from '../../../forward/testing/planted';
import { mean } from '../../../util/stats';
import { RandomState } from '../../../util/random';
import type { Rounds } from '../../experiment';
import { builtinContext } from '../../testing/builtin';
import { type Pair, pairQuestion } from '../../testing/pair';
import { referenceOf, remembering, runRounds, runStage } from '../../testing/rounds';
import { openGolden } from '../../testing/study';
import { findByAcdc } from './acdc';
import type { Forecast } from './acdcForecast';
import { measureCuts } from '../cutSets';
import { graphExperiment } from '../experiment';
import type { GraphFound } from './result';
import { type SearchSpace, searchSpaceOf, levelsOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

const ofPlanted = await openGolden('planted');
const ofTiny = await openGolden('tiny-a');
const context = await builtinContext('planted');
const truth = await loadTruth('planted');
const planted = { model: ofPlanted.spec, forward: remembering(referenceOf(ofPlanted)) };
const tiny = { model: ofTiny.spec, forward: remembering(referenceOf(ofTiny)) };

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

function tinySpace(fields: object): Promise<SearchSpace> {
  const question = { ...pairQuestion(PAIR), kind: 'graph', method: 'acdc', ...fields };
  return spaceFor(tiny, graphExperiment.parseSpec(question, tiny.model));
}

interface Verdict {
  readonly name: string;
  readonly rise: number;
}

/** Every edge, receivers from the last to the first, senders as they are computed; one run each. */
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

async function search({ model, forward }: Subject, space: SearchSpace, forecast?: Forecast) {
  const found = await runRounds(findByAcdc(space, 1, forecast), space.spec, model, forward);
  return { kept: space.edges.flatMap(({ name }, e) => (found.edges[e]!.kept ? [name] : [])), found };
}

async function verdictsOf({ model, forward }: Subject, space: SearchSpace) {
  const verdicts = await runRounds(oneAfterAnother(space), space.spec, model, forward);
  const kept = new Set(verdicts.filter(({ rise }) => rise >= space.spec.tau).map(({ name }) => name));
  return { verdicts, kept: space.edges.map(({ name }) => name).filter((name) => kept.has(name)) };
}

/** Edges, runs, waves and so on, as the note says them. */
const numbersIn = ({ notes }: GraphFound) => notes[0]!.split(': of ')[1]!.match(/\d+/g)!.map(Number);

describe('verdicts in waves are those of the plain loop', () => {
  it.each([
    ['corrupted', 'logit-diff', 1],
    ['zero', 'kl', 1],
    ['mean', 'logit-diff', 2],
  ] as const)('planted, %s, %s', { timeout: 60_000 }, async (ablation, measure, take) => {
    const space = await plantedSpace({ ablation, measure, set: { name: truth.set, take, seed: 2 } });
    const { verdicts, kept } = await verdictsOf(planted, space);
    const ours = await search(planted, space);
    expect(ours.kept).toEqual(kept);
    expect(kept.length).toBeGreaterThan(2);
    const [edges, deadEnds, runs, evaluations, , thrownAway] = numbersIn(ours.found);
    expect(edges).toBe(262);
    expect(deadEnds! + runs!).toBe(262);
    expect(evaluations! - thrownAway!).toBe(runs);
    // Dead ends may be passed over: nothing that leads nowhere changes anything.
    const alive = new Set(kept.flatMap((name) => name.split('->')[0]!));
    const changes = verdicts.flatMap(({ name, rise }) => {
      const [node] = name.split('->')[1]!.split('<');
      return node === 'logits' || alive.has(node!) ? [] : [Math.abs(rise)];
    });
    expect(changes.length).toBe(deadEnds);
    expect(Math.max(...changes)).toBeLessThan(1e-12);
  });

  it.each([1e-3, 1e-2, 1e-1, 0.5, 2])('tiny-a, tau %s', { timeout: 60_000 }, async (tau) => {
    for (const measure of ['kl', 'logit-diff']) {
      const space = await tinySpace({ tau, measure });
      const { kept } = await verdictsOf(tiny, space);
      expect((await search(tiny, space)).kept).toEqual(kept);
    }
  });

  it('whatever is forecast', { timeout: 60_000 }, async () => {
    const space = await tinySpace({ tau: 0.2, ablation: 'zero' });
    const { kept } = await search(tiny, space);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(70);
    for (let seed = 0; seed < 6; seed++) {
      const random = new RandomState(seed);
      const forecast: Forecast = {
        of: () => ({ removed: random.nextDouble() < 0.7, risk: random.nextDouble() ** 3 }),
        hint: () => {},
        settle: () => {},
      };
      expect((await search(tiny, space, forecast)).kept).toEqual(kept);
    }
  });
});

describe('what is asked', () => {
  it('is for the latest sender first', async () => {
    const verdicts = async (order: string) => {
      const space = await tinySpace({ tau: 0.5, order });
      return (await search(tiny, space)).kept;
    };
    expect(await verdicts('latest')).not.toEqual(await verdicts('earliest'));
  });

  it('cannot have a share of each cut edge drawn anew', () => {
    expect(() => tinySpace({ jitter: 0.1 })).toThrow(
      "graph: jitter: wrong value, got 0.1, expected 0 with method 'acdc', which compares a graph with the one before it.",
    );
  });
});
