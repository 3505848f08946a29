import { describe, expect, it } from 'vitest';
import { loadTruth } from '../../../forward/testing/planted';
import { edgeName, edgesOf } from '../../../model/edges';
import { openGolden } from '../../testing/study';
import { graphsOf, testedIn } from '../testing/tested';
import { testForwards } from './graphTests';

const planted = await loadTruth('planted');
const ask = await graphsOf('planted');
const few = { set: { name: planted.set, take: 2 } };
const TIMEOUT = 30_000;

describe('the planted circuit', { timeout: TIMEOUT }, () => {
  it.each(['corrupted', 'zero', 'mean'] as const)(
    'carries the whole answer, and nothing is left without it: %s',
    async (ablation) => {
      const set = { name: planted.set, take: 4 };
      const { truth, graph } = await ask({ ablation, set, random: 3 }, planted.edges[ablation]);
      expect(truth.faithfulness.value).toBeCloseTo(1, 5);
      // All paths to the answer pass the circuit: cutting it equals cutting everything.
      expect(truth.complement!.value).toBeCloseTo(0, 5);
      expect(truth.random!.value).toBeCloseTo(0, 5);
      // Means over two subjects still hold half of each answer.
      const empty = { corrupted: graph.levels.corrupted, zero: 0, mean: graph.levels.clean / 2 };
      expect(graph.levels.empty).toBeCloseTo(empty[ablation], 5);
    },
  );

  it('is neither less nor more: no edges carry nothing, all edges exactly everything', async () => {
    const none = await ask(few, []);
    expect(none.truth.faithfulness.value).toBe(0);
    expect(none.truth.complement!.value).toBe(1);
    const { spec } = await openGolden('planted');
    const every = await ask(few, edgesOf(spec).map(edgeName));
    expect(every.truth.faithfulness.value).toBe(1);
    expect(every.truth.complement!.value).toBe(0);
  });

  it('is told from one that lacks an edge or has one too many', async () => {
    const fields = { ...few, samples: 6 };
    const whole = await ask(fields, planted.edges.corrupted);
    expect(whole.truth.completeness!.value).toBeLessThan(1e-9);
    expect(whole.truth.minimality!.value).toBeGreaterThan(0.1);
    const lacking = await ask(fields, planted.edges.corrupted.slice(1));
    expect(lacking.truth.completeness!.value).toBeGreaterThan(0.4);
    expect(lacking.truth.faithfulness.value).toBeLessThan(0.6);
    // A silent head: writes nothing, also in the twin.
    const decoy = await ask(fields, [...planted.edges.corrupted, 'a0.h2->logits']);
    expect(decoy.truth.minimality).toEqual({ worst: 'a0.h2->logits', value: 0 });
    expect(decoy.notes.join(' ')).toContain("1 of the graph's edges lies on no path");
  });

  it('cut to zero lacks what is needed only when something else is gone', async () => {
    // Without keys from a0.h0 the induction head attends to the first token, through
    // input->a2.h0<k>; without that too, evenly to all nine: 30 / 9 logits of 60.
    const fields = { ...few, ablation: 'zero', samples: 6 };
    const without = await ask(fields, planted.edges.zero);
    expect(without.truth.completeness!.value).toBeCloseTo(1 / 18, 9);
    const complete = await ask(fields, [...planted.edges.zero, 'input->a2.h0<k>']);
    expect(complete.truth.completeness!.value).toBeLessThan(1e-9);
    expect(complete.truth.minimality!.worst).toBe('input->a2.h0<k>');
  });

  it('is carried over to prompts that were kept out, and asked about in few rounds', async () => {
    const fields = {
      set: { name: planted.set, take: 4 },
      heldOut: 1,
      curve: true,
      random: 1,
      samples: 2,
      interactions: 2,
    };
    const { spec, truth, rounds, graph } = await ask(fields, planted.edges.corrupted);
    expect(truth.heldOut).toEqual({ value: 1, interval: null });
    expect(rounds.map(({ doing }) => doing)).toEqual([
      'testing what the graph carries',
      'testing the graph on prompts that were kept out',
      'testing parts of the graph',
    ]);
    const shares = rounds.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeGreaterThan(0.5);
    expect(shares.at(-1)).toBe(1);
    const runs = rounds.reduce((sum, { cut }) => sum + cut, 0);
    const expected = testForwards(spec, graph.total, planted.edges.corrupted.length);
    expect(runs).toBeLessThanOrEqual(expected);
    expect(runs).toBeGreaterThan(0.4 * expected);
  });

  it('is not asked about prompts of a length that no mean was taken of', async () => {
    const golden = await openGolden('planted');
    const { spec } = await ask({ ...few, ablation: 'mean' }, []);
    const longer = (tokens: readonly number[]) => [...tokens.slice(0, 1), ...tokens];
    const [, last] = spec.cases;
    const corrupted = { ...last!.corrupted!, tokens: longer(last!.corrupted!.tokens) };
    const cases = [spec.cases[0], { ...last, tokens: longer(last!.tokens), corrupted }];
    const { truth, notes } = await testedIn(golden, { ...spec, cases, heldOut: 1 }, planted.edges.mean);
    expect(truth.heldOut).toBeUndefined();
    expect(notes.join(' ')).toContain('1 prompts that were kept out are not tested');
  });
});
