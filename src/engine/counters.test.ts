/**
 * Upper bounds on the device work of fixed questions, on a GPU stub, to catch changes that add
 * commands, waits or bytes. The figures come from `npm run measure -- host` (docs/performance.md).
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
import { sweepRows, traceRows } from './testing/traceFormula';

const DRAWS = 10;
const MIB = 2 ** 20;

type Bounds = Partial<Record<keyof StubCounters, number>>;

/** Excludes the bytes of the weights. */
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
      copies: 66,
      submits: 4,
      readbacks: 4,
      buffers: 92,
      trips: 6,
      tableBytes: 450_000,
      peakBytes: 297 * MIB,
    });
  });

  it('of an average trace: 20 facts share sweeps, which are full but for one or two', async () => {
    const model = await openStubModel('gpt2-small');
    const lengths = range(0, 20).map((i) => 5 + (i % 8));
    const counters = await counted(model, () => run(model, averageTrace(model.spec, lengths, 1)));
    const rows = lengths.reduce((sum, T) => sum + traceRows(model.spec, T, 1, 1), 0);
    expectWithin(counters, {
      readbacks: Math.ceil(rows / sweepRows(model.spec)) + 1,
      dispatches: 893,
      copies: 65,
      submits: 10,
      buffers: 106,
      // 17 on a quiet machine; a slow host pauses more often while planning.
      trips: 60,
      tableBytes: 1.4e6,
      peakBytes: 525 * MIB,
    });
  });

  it('of a wave of ACDC at the end of the order', async () => {
    const model = await openStubModel('narrow-6');
    const { spec, running } = model;
    const asked = acdcGraph(spec, 10).spec as unknown as GraphSpec;
    const wave = acdcWave(graphOrder(asked, spec), 'end');
    const counters = await counted(model, () => measureStage(wave, asked, running));
    expectWithin(counters, {
      dispatches: 310,
      copies: 40,
      submits: 3,
      readbacks: 1,
      readBytes: 2200,
      buffers: 72,
      trips: 2,
      tableBytes: 100_000,
      peakBytes: 15 * MIB,
    });
  });

  it('of attention maps: small ones of all heads, whatever the length of the prompt', async () => {
    const model = await openStubModel('gpt2-small');
    const captures = range(0, 12).map((l) => ({ site: `blocks.${l}.attn.hook_pattern`, pool: 17 }));
    const tokens = range(10, 1034);
    const counters = await counted(model, () =>
      model.backend.forward({ runs: [{ id: 'run', tokens, captures }], reuse: 'wavefront' }),
    );
    expectWithin(counters, {
      dispatches: 117,
      copies: 12,
      submits: 2,
      readbacks: 1,
      readBytes: 2.2 * MIB,
      buffers: 14,
      trips: 16,
      tableBytes: 226_000,
      peakBytes: 136 * MIB,
    });
  });
});
