import { describe, expect, it } from 'vitest';
import { expandSamples } from '../../forward/request/samples';
import type { RowMetric, RunResult } from '../../forward/request/contract';
import { gpt2Spec } from '../../model/testing';
import { corruptedId } from '../common/corruption';
import { planTrace, restoredId, traceRows } from './plan';
import { metricValue } from '../common/metric';
import { intervalsOf } from './certainty';
import { reduceBaseline, reduceKind } from './reduce';
import type { TraceSpec } from './spec';

const spec: TraceSpec = {
  version: 1,
  kind: 'causal-trace',
  model: { id: 'm', revision: 'r' },
  prompt: 'a b c',
  bos: false,
  tokens: [1, 2, 3],
  subject: { begin: 1, end: 2 },
  answer: { id: 0 },
  distractor: { id: 1 },
  corruption: {
    type: 'noise',
    rule: 's3',
    sigma: 0.1,
    factor: 3,
    samples: 3,
    seed: 1,
    stream: 'mt19937-polar',
  },
  metric: 'p',
  direction: 'restore',
  kinds: ['hidden'],
  window: {
    rule: 'fixed',
    size: 1,
    layers: [
      [0, 1],
      [1, 2],
    ],
  },
  groups: [{ name: 'subject', rows: [1, 2] }],
};
const L = 2;

/** One run per draw. */
const planned = (one: TraceSpec) => expandSamples(planTrace(one, gpt2Spec({ nLayers: L })));

/** Logits of two tokens that give this p(answer). */
function withP(p: number, rank = 0): RowMetric {
  const answer = Math.log(p);
  const distractor = Math.log(1 - p);
  return {
    answer,
    distractor,
    max: Math.max(answer, distractor),
    argmax: p >= 0.5 ? 0 : 1,
    logSumExp: 0,
    rank,
  };
}

function results(p: (id: string) => number): Record<string, RunResult> {
  return Object.fromEntries(
    planned(spec).map(({ id }) => {
      const { answer, distractor } = withP(p(id));
      const captures = {
        'unembed.hook_out': { shape: [1, 2], data: Float32Array.from([answer, distractor]) },
      };
      return [id, { metric: withP(p(id)), captures }];
    }),
  );
}

const cell = (id: string, row: number, layer: number): boolean =>
  [0, 1, 2].some((draw) => id === restoredId('hidden', traceRows(spec).tokens[row]!, layer, draw));

describe('reduce', () => {
  const base: Record<string, number> = {
    clean: 0.9,
    [corruptedId(0)]: 0.1,
    [corruptedId(1)]: 0.2,
    [corruptedId(2)]: 0.3,
  };
  const p = (id: string): number => {
    const draw = Number(id.split('.').at(-1));
    if (base[id] !== undefined) return base[id];
    if (cell(id, 1, 0)) return [0.5, 0.6, 0.8][draw]!;
    if (cell(id, 2, 1)) return 0.9;
    return base[corruptedId(draw)]!;
  };

  it('averages probabilities, pairs effects by draw, and keeps the draws and their range', () => {
    const { values, draws, ranges } = reduceKind(spec, 'hidden', L, results(p));
    const { corrupted } = reduceBaseline(spec, results(p), 2);
    expect(values[2]).toBeCloseTo((0.5 + 0.6 + 0.8) / 3, 12);
    expect(values[2]! - corrupted.metric).toBeCloseTo(13 / 30, 12);
    expect(values.slice(0, 2)).toEqual([corrupted.metric, corrupted.metric]);
    [0.5, 0.6, 0.8].forEach((x, i) => {
      expect(draws![2]![i]).toBeCloseTo(x, 12);
    });
    expect(ranges![2]).toEqual([draws![2]![0], draws![2]![2]]);
    expect(corrupted.draws!.map((x) => x.toFixed(6))).toEqual(['0.100000', '0.200000', '0.300000']);
    expect(corrupted.range![1]).toBeCloseTo(0.3, 12);
  });

  it('has no interval of p below thirty draws, and nothing for all cells at once below ten', () => {
    const { intervals, hatched, peak } = reduceKind(spec, 'hidden', L, results(p));
    expect([intervals, hatched, peak!.overNoise]).toEqual([undefined, undefined, null]);
    expect(reduceBaseline(spec, results(p), 2).corrupted.interval).toBeUndefined();
  });

  it('has a paired t interval of log p from three draws on', () => {
    const { intervals } = reduceKind({ ...spec, metric: 'logprob' }, 'hidden', L, results(p));
    const differences = [0.5 / 0.1, 0.6 / 0.2, 0.8 / 0.3].map(Math.log);
    const mean = differences.reduce((a, b) => a + b) / 3;
    const deviation = Math.sqrt(differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2);
    // t(2) = 4.302653.
    expect(intervals![2]![0]).toBeCloseTo(mean - (4.302653 * deviation) / Math.sqrt(3), 5);
    expect(intervals![2]![1]).toBeCloseTo(mean + (4.302653 * deviation) / Math.sqrt(3), 5);
  });

  it('has no interval for one draw, nor for a rank', () => {
    const one = { ...spec, corruption: { ...spec.corruption, samples: 1 } } as TraceSpec;
    for (const metric of ['p', 'logprob'] as const)
      expect(reduceKind({ ...one, metric }, 'hidden', L, results(p)).intervals).toBeUndefined();
    expect(reduceKind({ ...spec, metric: 'rank' }, 'hidden', L, results(p)).intervals).toBeUndefined();
  });

  describe('with many draws', () => {
    const many = (samples: number) => ({ ...spec, corruption: { ...spec.corruption, samples } }) as TraceSpec;
    /** One cell lifts p in every draw, another in every second; p varies by orders of magnitude. */
    const told = (id: string): number => {
      if (id === 'clean') return 0.9;
      const draw = Number(id.split('.').at(-1));
      const low = 10 ** -(1 + (draw % 5));
      if (id.startsWith('hidden.1.0.')) return 0.5 + 0.01 * draw * 0.1;
      if (id.startsWith('hidden.0.1.')) return draw % 2 === 0 ? low * 1.4 : low * 0.7;
      return id.startsWith('hidden.2.1.') ? 0.9 : low;
    };
    const runs = (one: TraceSpec) =>
      Object.fromEntries(planned(one).map(({ id }) => [id, { metric: withP(told(id)), captures: {} }]));

    it('hatches what log p does not show, and not what cannot have changed', () => {
      const one = many(10);
      const { hatched, peak } = reduceKind(one, 'hidden', L, runs(one));
      expect(hatched![2]).toBe(false);
      expect(hatched!.slice(0, 2)).toEqual([false, true]);
      expect(peak).toMatchObject({ cell: 2, overNoise: { by: 'logit-diff', family: 4, share: 1 } });
      expect(peak!.overNoise!.interval[0]).toBeGreaterThan(0);
      // Without a distractor, by log p.
      const { distractor: _, ...alone } = one;
      expect(reduceKind(alone, 'hidden', L, runs(one)).peak!.overNoise!.by).toBe('logprob');
    });

    it('has a hedged interval of p from thirty draws on, within the bounds of an effect', () => {
      const one = many(30);
      const { intervals, values } = reduceKind(one, 'hidden', L, runs(one));
      const [low, high] = intervals![2]!;
      const effect = values[2]! - values[0]!;
      expect(low).toBeLessThan(effect);
      expect(high).toBeGreaterThan(effect);
      expect(intervals!.every((pair) => pair![0] >= -1 && pair![1] <= 1)).toBe(true);
      expect(intervalsOf(one, [])).toMatchObject({ rule: 'hedged', looks: [10, 30], hatching: 'logit-diff' });
      expect(intervalsOf(many(10), [])).toMatchObject({ rule: 'none', draws: 10 });
    });

    it('leaves draws out where there are too many, and keeps their range', () => {
      const one = many(400);
      const wide = { ...one, tokens: Array.from({ length: 80 }, (_, t) => t) };
      const all = runs(wide);
      const { draws, ranges } = reduceKind(wide, 'hidden', L, all);
      expect(draws).toBeUndefined();
      expect(ranges![2]![0]).toBeCloseTo(0.5, 12);
    });
  });

  it('knows a fact only if the answer is on top with p >= 0.5', () => {
    expect(reduceBaseline(spec, results(p), 2).known).toBe(true);
    expect(
      reduceBaseline(
        spec,
        results((id) => (id === 'clean' ? 0.45 : 0.1)),
        2,
      ).known,
    ).toBe(false);
  });

  it('gives every metric from one row', () => {
    const row = withP(0.8, 3);
    expect(metricValue('p', row)).toBeCloseTo(0.8, 12);
    expect(metricValue('logprob', row)).toBeCloseTo(Math.log(0.8), 12);
    expect(metricValue('logit-diff', row)).toBeCloseTo(Math.log(4), 12);
    expect(metricValue('rank', row)).toBe(3);
  });

  it('finds the peak of a metric that falls towards clean', () => {
    const ranks = results(p);
    const asRank = (id: string): number => (id === 'clean' ? 0 : cell(id, 0, 1) ? 2 : 50);
    for (const [id, result] of Object.entries(ranks)) {
      ranks[id] = { ...result, metric: { ...result.metric!, rank: asRank(id) } };
    }
    const { peak } = reduceKind({ ...spec, metric: 'rank' }, 'hidden', L, ranks);
    expect(peak!.cell).toBe(1);
  });
});
