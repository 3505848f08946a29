import { describe, expect, it } from 'vitest';
import type { RowMetric, RunResult } from '../../forward/types';
import { gpt2Spec } from '../../model/testing';
import { corruptedId, planTrace, restoredId, traceRows } from './plan';
import { metricValue } from '../common/metric';
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

/** Logits of two tokens such that p(answer) is as given. */
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
    planTrace(spec, gpt2Spec({ nLayers: L })).map(({ id }) => {
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

  it('averages probabilities and pairs effects by draw', () => {
    const { restored, effect, interval } = reduceKind(spec, 'hidden', L, results(p));
    expect(restored[1]![0]).toBeCloseTo((0.5 + 0.6 + 0.8) / 3, 12);
    // Differences 0.4, 0.4, 0.5: mean 13/30, sd 0.057735, t(2) = 4.302653.
    expect(effect[1]![0]).toBeCloseTo(13 / 30, 12);
    const half = (4.302653 * 0.0577350269) / Math.sqrt(3);
    expect(interval[1]![0]![0]).toBeCloseTo(13 / 30 - half, 6);
    expect(interval[1]![0]![1]).toBeCloseTo(13 / 30 + half, 6);
    expect(effect[0]).toEqual([0, 0]);
  });

  it("does not let the last position's output win, and widens the peak's interval", () => {
    const { peak, interval } = reduceKind(spec, 'hidden', L, results(p));
    expect(peak).toMatchObject({ row: 1, layer: 0 });
    const [low, high] = interval[1]![0]!;
    expect(peak!.interval![0]).toBeLessThanOrEqual(low);
    expect(peak!.interval![1]).toBeGreaterThanOrEqual(high);
  });

  it('has no interval for one draw', () => {
    const one = { ...spec, corruption: { ...spec.corruption, samples: 1 } } as TraceSpec;
    const { interval, peak } = reduceKind(one, 'hidden', L, results(p));
    expect(interval.flat()).toEqual([null, null, null, null, null, null]);
    expect(peak!.interval).toBeNull();
    expect(reduceBaseline(one, results(p), 2).corrupted.interval).toBeNull();
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
    expect(peak).toMatchObject({ row: 0, layer: 1, effect: -48 });
  });
});
