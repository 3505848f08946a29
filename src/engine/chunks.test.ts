import { describe, expect, it } from 'vitest';
import { averageTraceExperiment } from '../experiments/average-trace/experiment';
import { planForward } from '../forward/plan/plan';
import type { Run } from '../forward/request/types';
import { gpt2Spec } from '../model/testing';
import { range } from '../util/range';
import { chunksOf, type PlannedCase, runsTogether } from './chunks';

const T = 4;
const clean: Run = { id: 'clean', tokens: range(0, T), metric: { row: T - 1, answer: 1 } };
const noisy: Run = { id: 'noisy', base: 'clean', samples: [0, 9] };

const small = gpt2Spec({ nLayers: 3, nHeads: 2, dModel: 8, dMlp: 16, nCtx: 64, dVocab: 50 });

/** The number of cases in each chunk, for 12 cases with these runs. */
function sizes(runs: Run[], { model = small, secondsEach = 0 } = {}): number[] {
  return [...chunksOf(range(0, 12), () => runs, model, secondsEach)].map((chunk) => chunk.length);
}

describe('chunks of cases', () => {
  it('are as many as there is time for, every sample counted, and at least one', () => {
    expect(sizes([clean, noisy])).toEqual([12]);
    expect(sizes([clean, noisy], { secondsEach: 0.1 })).toEqual([5, 5, 2]);
    expect(sizes([clean, noisy], { secondsEach: 100 })).toEqual(range(0, 12).map(() => 1));
    expect(sizes([clean, { ...noisy, samples: [0, 2 ** 16] }])).toEqual(range(0, 12).map(() => 1));
  });

  it('bring back no more captured numbers than fit: of the rows and heads that are asked for', () => {
    const model = gpt2Spec({ nLayers: 1, nHeads: 4, dModel: 2 ** 14, nCtx: 64 });
    // 2^14 numbers a row, 64 samples: 2^20.
    const captures = (more: object): Run[] => [
      { ...clean, samples: [0, 64], captures: [{ site: 'blocks.0.attn.hook_z', ...more }] },
    ];
    expect(sizes(captures({ rows: [3] }), { model })).toEqual([12]);
    expect(sizes(captures({}), { model })).toEqual([4, 4, 4]);
    expect(sizes(captures({ heads: [0, 1] }), { model })).toEqual([8, 4]);
    const seed = { mean: [{ row: 0, of: 'prob' as const, token: 1 }] };
    const gradients = { seed, of: [{ site: 'blocks.0.attn.hook_z' }] };
    expect(sizes([{ ...clean, samples: [0, 64], gradients }], { model })).toEqual([4, 4, 4]);
  });

  it('keep no more for later sweeps than fits: what bases and sources hold, and of cuts every head', () => {
    const model = gpt2Spec({ nLayers: 32, nHeads: 16, dModel: 2 ** 11, nCtx: 64 });
    // 6 x 2^11 numbers in 32 blocks for each of 64 rows: 24 x 2^20.
    const kept = (more: Partial<Run>): Run[] => [
      { ...clean, id: 'from', samples: [0, 16] },
      { ...clean, samples: [0, 16], ...more },
    ];
    const source = { kind: 'run', run: 'from' } as const;
    expect(sizes(kept({}), { model })).toEqual([12]);
    const edits = [{ site: 'hook_embed', rows: [0], op: 'set' as const, source }];
    expect(sizes(kept({ edits }), { model })).toEqual([5, 5, 2]);
    expect(sizes([kept({})[0]!, { id: 'on', base: 'from' }], { model })).toEqual([5, 5, 2]);
    // A head's results add 16 x 2^11.
    const cuts = [{ senders: ['a0.h1'], receiver: 'logits', source }];
    expect(sizes(kept({ cuts }), { model })).toEqual(range(0, 12).map(() => 1));
  });

  it('plan each case once, when its chunk is asked for', () => {
    const planned: number[] = [];
    const plan = (i: number): Run[] => {
      planned.push(i);
      return [clean];
    };
    const chunks = chunksOf([2, 3, 5, 7], plan, small, 2.5);
    expect(planned).toEqual([]);
    const [two, three] = chunks.next().value as PlannedCase[];
    expect([two!.i, three!.i]).toEqual([2, 3]);
    expect(planned).toEqual([2, 3, 5]);
    expect([...chunks].map((chunk) => chunk.map(({ i }) => i))).toEqual([[5, 7]]);
    expect(planned).toEqual([2, 3, 5, 7]);
  });
});

describe('cases side by side', () => {
  it('share sweeps whatever their kinds: 20 facts take two where one fact takes four', () => {
    const one = { prompt: 'a', tokens: range(1, 7), subject: { begin: 1, end: 3 }, answer: { id: 5 } };
    const { nLayers } = small;
    const spec = averageTraceExperiment.parseSpec(
      {
        version: 1,
        kind: 'average-trace',
        model: { id: 'm', revision: 'r' },
        bos: false,
        metric: 'p',
        cases: range(0, 20).map(() => one),
        corruption: {
          type: 'noise',
          rule: '1',
          sigma: 1,
          factor: 1,
          samples: 2,
          seed: 1,
          stream: 'mt19937-polar',
        },
        kinds: ['hidden', 'mlp', 'attn'],
        window: { rule: 'fixed', size: 1, layers: range(0, nLayers).map((l) => [l, l + 1]) },
      },
      small,
    );
    const plan = (i: number) => averageTraceExperiment.plan(spec, small, i, null);
    const [facts] = [...chunksOf(range(0, 20), plan, small, 0)];
    const sweeps = (runs: readonly Run[]) =>
      planForward(small, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 30 }).sweeps.length;
    expect(sweeps(plan(0))).toBe(4);
    expect(sweeps(runsTogether(facts!))).toBe(2);
  });
});
