/**
 * What fixed questions ask of the device, on a GPU that computes nothing: upper bounds, so that a change which makes
 * more commands, waits or bytes is seen. Figures are those of `npm run measure -- host` (docs/performance.md).
 */
import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../experiments/graph/spec';
import { acdcWave, graphOrder } from '../experiments/graph/testing/wave';
import type { StubCounters } from '../gpu/testing/stubDevice';
import { range } from '../util/range';
import { measureStage } from './measureStage';
import { runExperiment } from './running';
import { openStubModel, type StubModel } from './testing/stubModel';
import { acdcGraph, type Asked, averageTrace, threeKindTrace } from './testing/stubQuestions';

const DRAWS = 10;
const MIB = 2 ** 20;

type Bounds = Partial<Record<keyof StubCounters, number>>;

/** Bytes of the weights are not counted. */
async function counted(model: StubModel, work: () => Promise<unknown>): Promise<StubCounters> {
  model.stub.reset();
  const weights = model.stub.counters().liveBytes;
  await work();
  const counters = model.stub.counters();
  return { ...counters, peakBytes: counters.peakBytes - weights, liveBytes: counters.liveBytes - weights };
}

function run({ running }: StubModel, asked: Asked): Promise<unknown> {
  const { signal } = new AbortController();
  return runExperiment(asked, running, { signal, store: null, key: '' });
}

function expectWithin(counters: StubCounters, bounds: Bounds): void {
  const over = Object.entries(bounds).filter(([name, most]) => counters[name as keyof StubCounters] > most);
  expect(Object.fromEntries(over.map(([name]) => [name, counters[name as keyof StubCounters]]))).toEqual({});
}

describe('counters', () => {
  it('of a trace of GPT-2 small: three kinds, ten draws, ten tokens', async () => {
    const model = await openStubModel('gpt2-small');
    const counters = await counted(model, () => run(model, threeKindTrace(model.spec, 10, DRAWS)));
    expectWithin(counters, {
      dispatches: 542,
      copies: 3082,
      submits: 8,
      readbacks: 4,
      buffers: 92,
      trips: 103,
      tableBytes: 2.76 * MIB,
      peakBytes: 296 * MIB,
    });
  });

  it('of three facts of an average trace, which are few enough for one request', async () => {
    const model = await openStubModel('narrow-6');
    const counters = await counted(model, () => run(model, averageTrace(model.spec, [5, 6, 7], 2)));
    expectWithin(counters, {
      dispatches: 260,
      copies: 507,
      submits: 8,
      readbacks: 4,
      buffers: 62,
      trips: 73,
      tableBytes: 181_000,
      peakBytes: 3.5 * MIB,
    });
  });

  it('of a wave of ACDC at the end of the order', async () => {
    const model = await openStubModel('narrow-6');
    const { spec, running } = model;
    const asked = acdcGraph(spec, 10).spec as unknown as GraphSpec;
    const wave = acdcWave(graphOrder(asked, spec), 'end');
    const counters = await counted(model, () => measureStage(wave, asked, running));
    expectWithin(counters, {
      dispatches: 621,
      copies: 160,
      submits: 4,
      readbacks: 2,
      readBytes: 434_200,
      buffers: 60,
      trips: 64,
      tableBytes: 11.9 * MIB,
      peakBytes: 34 * MIB,
    });
  });

  it('of attention maps', async () => {
    const model = await openStubModel('gpt2-small');
    const captures = range(0, 12).map((l) => ({ site: `blocks.${l}.attn.hook_pattern` }));
    const tokens = range(10, 266);
    const counters = await counted(model, () =>
      model.backend.forward({ runs: [{ id: 'run', tokens, captures }], reuse: 'wavefront' }),
    );
    expectWithin(counters, {
      dispatches: 100,
      copies: 12,
      submits: 2,
      readbacks: 1,
      readBytes: 36 * MIB,
      buffers: 14,
      trips: 16,
      tableBytes: 56_000,
      peakBytes: 144 * MIB,
    });
  });
});
