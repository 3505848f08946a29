/** Parts of a graph's truth: curves, random graphs, interactions, stability, and a backup head. */
import { describe, expect, it } from 'vitest';
import { loadTruth, type Truth } from '../../../forward/testing/planted';
import type { Graph } from '../../../results/graph';
import { edgeName } from '../../../model/edges';
import { openGolden } from '../../testing/study';
import { searchSpaceOf } from '../searchSpace';
import { parseGraph } from '../spec';
import { graphsOf, testedIn } from '../testing/tested';
import { areas, PER_MILLE, rankEdges } from './faithfulness';
import { overPromptsAgain } from './stability';

const planted = await loadTruth('planted');
const backup = await loadTruth('backup');
const inPlanted = await graphsOf('planted');
const inBackup = await graphsOf('backup');
const TIMEOUT = 30_000;

/** A spec for a model without texts. */
const bare = {
  version: 1,
  kind: 'graph',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  method: 'exhaustive',
};
const pair = {
  prompt: 'a',
  tokens: [0, 3, 5, 7, 2, 4],
  corrupted: { prompt: 'b', tokens: [0, 3, 6, 7, 1, 4] },
  answer: { id: 5 },
  distractor: { id: 7 },
};

const scoreOf = ({ edges }: Graph, name: string) => edges.find((edge) => edgeName(edge) === name)!.score!;

describe('the curve', { timeout: TIMEOUT }, () => {
  it('has the areas that a calculation by hand gives', () => {
    const curve = [
      { share: 0.001, faithfulness: 0 },
      { share: 0.1, faithfulness: 0.5 },
      { share: 1, faithfulness: 1 },
    ];
    // .099 (0 + .5) / 2 + .9 (.5 + 1) / 2; and of |1 - f|: .099 (1 + .5) / 2 + .9 (.5 + 0) / 2
    expect(areas(curve).cpr).toBeCloseTo(0.69975, 12);
    expect(areas(curve).cmd).toBeCloseTo(0.29925, 12);
    // Values above and below 1 do not cancel.
    const across = [1.5, 0.5].map((faithfulness, share) => ({ share, faithfulness }));
    expect(areas(across)).toEqual({ cpr: 1, cmd: 0.5 });
    const whole = PER_MILLE.map((perMille) => ({ share: perMille / 1000, faithfulness: 1 }));
    expect(areas(whole).cpr).toBeCloseTo(0.999, 12);
    expect(areas(whole).cmd).toBe(0);
    expect(areas([...whole, { share: 1, faithfulness: null }])).toEqual({ cpr: null, cmd: null });
  });

  it('takes the largest scores first, of equal ones those that were kept, then the first', () => {
    const edge = (kept: boolean) => ({ scores: null, kept });
    const found = { edges: [edge(false), edge(true), edge(false), edge(false), edge(true)], notes: [] };
    expect(rankEdges({ found, sizes: [0, 0, 3, 3, 0.5] })).toEqual([2, 3, 4, 1, 0]);
  });

  it('of the planted circuit goes up at its size, and random graphs only where everything is in', async () => {
    const set = { name: planted.set, take: 1 };
    const { truth, graph } = await inPlanted({ set, curve: true, random: 2 }, planted.edges.corrupted);
    // 262 edges: 2 % are 5 of the 7, all dead; 5 % are 13, four of them dead.
    expect(graph.total).toBe(262);
    const at = (share: number) => truth.curve!.find((point) => point.share === share)!;
    expect(at(0.02)).toMatchObject({ edges: 0, faithfulness: 0 });
    expect(at(0.05).faithfulness).toBeCloseTo(1, 5);
    expect(at(1)).toMatchObject({ edges: 262, faithfulness: 1 });
    // f is 0 up to 2 %, 1 from 5 % on: .03 / 2 + .95, and the missing part up to .999.
    expect(truth.cpr).toBeCloseTo(0.965, 5);
    expect(truth.cmd).toBeCloseTo(0.034, 5);
    for (const { share, faithfulness } of truth.randomCurve!)
      expect(faithfulness).toBeCloseTo(share === 1 ? 1 : 0, 5);
    expect(truth.randomCurve!.at(-1)!.edges).toBe(262);
  });
});

describe('interactions', { timeout: TIMEOUT }, () => {
  it('of parts that are all needed are negative: what one takes away cannot be taken away twice', async () => {
    const fields = { set: { name: planted.set, take: 1 }, interactions: 100, threshold: 1e-3 };
    const { truth, graph } = await inPlanted(fields, 'exhaustive');
    const pairs = truth.interactions!;
    // All pairs of seven edges overlap, except two edges with the query's inputs.
    expect(pairs.length).toBe(16);
    for (const { a, b, value } of pairs) {
      expect(value, `${a} ${b}`).toBeLessThan(-0.4);
      // a2.h0->logits is the only way out: cut with another edge, it loses what it loses alone.
      if (b === 'a2.h0->logits') expect(value).toBeCloseTo(-scoreOf(graph, a), 9);
    }
    const sizes = pairs.map(({ value }) => Math.abs(value));
    expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
  });

  it('of parts that stand in for each other are positive', async () => {
    // Zero ablation: the first head's input, and the second's output.
    const edges = ['m0->a1.h0<v>', 'a1.h0->logits', 'm0->a2.h0<v>', 'a2.h0->logits'];
    const fields = { ablation: 'zero', set: { name: backup.set, take: 2 }, interactions: 6 };
    const { truth } = await inBackup(fields, edges);
    const both = truth.interactions!.find(({ a, b }) => a === 'm0->a1.h0<v>' && b === 'm0->a2.h0<v>')!;
    // Each alone loses nothing; both lose 15 of 30 logits.
    expect(both.value).toBeCloseTo(0.5, 5);
  });

  it('are 0 where effects add up: into the logits without a norm', async () => {
    const golden = await openGolden('tiny-planted');
    const fields = { curve: false, random: 0, samples: 0, interactions: 400 };
    const spec = { ...bare, ...fields, cases: [pair] };
    const { truth, graph } = await testedIn(golden, spec, 'exhaustive');
    const into = (name: string) => name.endsWith('->logits');
    const direct = truth.interactions!.filter(({ a, b }) => into(a) && into(b));
    expect(direct.length).toBeGreaterThan(10);
    for (const { a, b, value } of direct) expect(Math.abs(value), `${a} ${b}`).toBeLessThan(1e-9);
    expect(direct.some(({ a, b }) => Math.abs(scoreOf(graph, a) * scoreOf(graph, b)) > 1e-3)).toBe(true);
    expect(Math.abs(truth.interactions![0]!.value)).toBeGreaterThan(0.01);
  });
});

describe('a backup head', { timeout: TIMEOUT }, () => {
  const fields = { ablation: 'zero', set: { name: backup.set, take: 2 }, samples: 20 };
  const composed = Object.keys(backup.composed);

  it('is what a graph lacks that is faithful all the same', async () => {
    const first = composed.filter((name) => !name.includes('a2.h0'));
    const { truth } = await inBackup(fields, first);
    expect(truth.faithfulness.value).toBeCloseTo(1, 5);
    // Without m0->a1.h0<v> the model's second head answers, the graph does not: 15 of 30 logits.
    expect(truth.completeness!.value).toBeCloseTo(0.5, 5);
    const whole = await inBackup(fields, composed);
    expect(whole.truth.faithfulness.value).toBeCloseTo(1, 5);
    expect(whole.truth.completeness!.value).toBeLessThan(1e-9);
  });

  it('leaves single cuts with a graph that carries nothing', async () => {
    const { truth, graph, notes } = await inBackup({ ...fields, threshold: 1e-6 }, 'exhaustive');
    const kept = graph.edges.filter((edge) => edge.kept).map(edgeName);
    expect(new Set(kept)).toEqual(new Set((backup as Truth).edges.zero));
    // The first head's copied values are missing, so input->m0 is dead.
    expect(truth.faithfulness.value).toBe(0);
    expect(truth.completeness!.value).toBeGreaterThan(0.49);
    expect(notes.join(' ')).toContain('on no path from the input to the logits');
  });
});

describe('stability', { timeout: TIMEOUT }, () => {
  it('is 1 where all prompts agree, and over another beta what that finds', async () => {
    const set = { name: backup.set, take: 6 };
    const { truth, rounds } = await inBackup({ set, resamples: 50, betas: [0, 1] }, 'exhaustive');
    expect(truth.stability).toEqual([
      { over: 'prompts', n: 50, jaccard: { value: 1, interval: [1, 1] } },
      { over: 'beta 0', n: 1, jaccard: { value: 1, interval: null } },
      // Edges keep everything: nothing is cut, so nothing is found.
      { over: 'beta 1', n: 1, jaccard: { value: 0, interval: null } },
    ]);
    expect(rounds.at(-1)).toMatchObject({ share: 1, doing: 'searching again with 1 of a cut edge left' });
  });

  it('over seeds needs something that is drawn', async () => {
    const set = { name: backup.set, take: 2 };
    const still = await inBackup({ set, seeds: [5, 6] }, 'exhaustive');
    expect(still.truth.stability).toBeUndefined();
    expect(still.notes.join(' ')).toContain('seeds were not tried');
    const drawn = await inBackup({ set, seeds: [5, 6], jitter: 0.01 }, 'exhaustive');
    expect(drawn.truth.stability).toEqual([{ over: 'seeds', n: 2, jaccard: { value: 1, interval: [1, 1] } }]);
  });

  it('falls where one prompt decides', async () => {
    const { spec: model } = await openGolden('tiny-planted');
    const spec = parseGraph({ ...bare, threshold: 0.25, cases: [pair, pair], resamples: 4000 }, model);
    const row = { answer: 1, distractor: 0, max: 1, argmax: 5, logSumExp: 2, rank: 0 };
    const space = searchSpaceOf(
      spec,
      model,
      spec.cases.map(() => ({ clean: row, corrupted: { ...row, answer: 0 } })),
    );
    // The first edge counts in both prompts, the second only if the first prompt is drawn.
    const own = [
      [1, 1],
      [0.6, 0],
    ];
    const found = {
      edges: space.edges.map((_, e) => ({ scores: own[e] ?? [0, 0], kept: e < 2 })),
      notes: [],
    };
    const [over] = overPromptsAgain(space, found).rows;
    // A quarter of the draws of two lack it: 3/4 + 1/4 * 1/2.
    expect(over!.jaccard.value).toBeCloseTo(0.875, 1);
    expect(over!.jaccard.interval).toEqual([0.5, 1]);
    const one = { ...spec, cases: spec.cases.map((own) => ({ ...own, label: 'fact:one' })) };
    expect(overPromptsAgain({ ...space, spec: one }, found).rows).toEqual([]);
    for (const [other, why] of [
      [{ method: 'acdc' }, 'what was removed before'],
      [{ method: 'path', rule: 'ahmad' }, "the answer's logit"],
    ] as const) {
      const { rows, notes } = overPromptsAgain({ ...space, spec: { ...spec, ...other } }, found);
      expect(rows).toEqual([]);
      expect(notes).toEqual([expect.stringContaining(why)]);
    }
  });

  it('of paths asks the paired test again', async () => {
    const { spec: model } = await openGolden('tiny-planted');
    const cases = Array.from({ length: 12 }, () => pair);
    const spec = parseGraph(
      { ...bare, method: 'path', alpha: 0.05, least: 0.1, cases, resamples: 400 },
      model,
    );
    const row = { answer: 1, distractor: 0, max: 1, argmax: 5, logSumExp: 2, rank: 0 };
    const baselines = cases.map(() => ({ clean: row, corrupted: { ...row, answer: 0 } }));
    const space = searchSpaceOf(spec, model, baselines);
    // Always; in one of twelve prompts, which is no discovery; always, but too little.
    const own = [cases.map(() => 0.5), cases.map((_, c) => (c === 0 ? 6 : 0)), cases.map(() => 0.05)];
    const told = (kept: readonly number[]) => {
      const edges = space.edges.map((_, e) => ({ scores: own[e] ?? null, kept: kept.includes(e) }));
      return overPromptsAgain(space, { edges, notes: [] }).rows[0]!.jaccard;
    };
    // Binomial: twelve draws have the loud prompt at least four times with p = .0138; then t > 2.2.
    const often = 0.01382;
    for (const [kept, usual, value] of [
      [[0], 1, 1 - often / 2],
      [[0, 1], 0.5, 0.5 + often / 2],
      [[0, 2], 0.5, 0.5 - often / 6],
    ] as const) {
      expect(told(kept).value, `${kept}`).toBeCloseTo(value, 2);
      expect(told(kept).interval).toEqual([usual, usual]);
    }
  });
});

describe('what is drawn', { timeout: TIMEOUT }, () => {
  it('is the same for the same seed, and other for another', async () => {
    const golden = await openGolden('tiny-planted');
    const fields = { curve: false, random: 3, samples: 1, interactions: 3, resamples: 20, threshold: 0.05 };
    const twin = { ...pair, tokens: [0, 8, 5, 7, 2, 4] };
    const told = async (seed: number) =>
      (await testedIn(golden, { ...bare, ...fields, seed, cases: [pair, twin] }, 'exhaustive')).truth;
    const [once, again, other] = [await told(1), await told(1), await told(2)];
    expect(again).toEqual(once);
    expect(other.random).not.toEqual(once.random);
    expect(other.faithfulness).toEqual(once.faithfulness);
    // Three random graphs differ, so their mean has an interval.
    const [low, high] = once.random!.interval!;
    expect(high).toBeGreaterThan(low);
  });
});
