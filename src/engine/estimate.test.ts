import { describe, expect, it } from 'vitest';
import { experimentOf } from '../experiments/registry';
import { sequenceCount } from '../forward/request/samples';
import type { ForwardRequest } from '../forward/request/contract';
import { gpt2Spec } from '../model/testing';
import { range } from '../util/range';
import { estimateRun } from './estimate';
import { cpuTime } from '../util/testing';

/** Atlas with a longer context. */
const spec = gpt2Spec({ nLayers: 6, nHeads: 8, dModel: 8, dMlp: 16, nCtx: 4096, dVocab: 9000 });

function asked(kind: string, own: Record<string, unknown>, T: number) {
  const tokens = range(1, T + 1);
  const subject = { begin: 1, end: 2 };
  const answer = { id: 1 };
  const one = {
    prompt: 'a',
    tokens,
    subject,
    answer,
    distractor: { id: 2 },
    corrupted: { prompt: 'b', tokens },
  };
  const common = { version: 1, kind, model: { id: 'atlas', revision: 'builtin' }, bos: true };
  const experiment = experimentOf({ kind });
  const trace = {
    ...common,
    prompt: 'a',
    tokens,
    subject,
    answer,
    metric: 'p',
    direction: 'restore',
    groups: [],
  };
  const json =
    kind === 'causal-trace'
      ? { ...trace, ...own }
      : { ...common, cases: [one], metric: 'logit-diff', ...own };
  return { experiment, spec: experiment.parseSpec(json, spec) };
}

const noise = (samples: number) => ({
  type: 'noise',
  rule: 's3',
  sigma: 1,
  factor: 3,
  samples,
  seed: 1,
  stream: 'mt19937-polar',
});
const window = { rule: 'fixed', size: 1, layers: range(0, 6).map((l) => [l, l + 1]) };
const trace = (samples: number, T: number) =>
  asked('causal-trace', { corruption: noise(samples), kinds: ['hidden', 'mlp', 'attn'], window }, T);

/** With 10 FLOPs per run. */
async function estimate(question: ReturnType<typeof asked>, mostPlanned?: number) {
  let planned = 0;
  const backend = {
    estimate: async ({ runs }: ForwardRequest) => {
      const sequences = sequenceCount(runs);
      planned += sequences;
      return { flops: 10 * sequences, seconds: sequences };
    },
  };
  const began = cpuTime();
  try {
    const cost = await estimateRun(
      question,
      { spec, backend, execution: 'wavefront' },
      mostPlanned === undefined ? {} : { mostPlanned },
    );
    return { ...cost, planned };
  } finally {
    expect(cpuTime() - began).toBeLessThan(2000);
  }
}

describe('an estimate', () => {
  it('of a small question is planned', async () => {
    const cost = await estimate(trace(2, 5), 20_000);
    expect(cost).toMatchObject({ forwards: 1 + 2 * (1 + 3 * 5 * 6), isMost: false });
    expect(cost.planned).toBe(cost.forwards);
  });

  it('of a large one says what it costs at most, and plans nothing of it', async () => {
    const forwards = 1 + 200 * (1 + 3 * 50 * 6);
    expect(await estimate(trace(200, 50), 20_000)).toMatchObject({
      forwards,
      flops: 10 * forwards,
      isMost: true,
      planned: 1,
    });
  });

  it('of one that is run is planned: 200 draws on a prompt of 50 tokens', async () => {
    expect((await estimate(trace(200, 50))).planned).toBe(1 + 200 * (1 + 3 * 50 * 6));
  });

  it('of estimates by gradient counts their passes, not their cells', async () => {
    const own = { grids: ['attn_head_pattern_dest_src_pos'], by: 'estimate' };
    expect((await estimate(asked('activation-patching', own, 200))).planned).toBe(2);
  });

  const grid = (kind: string, own: object, T: number) => asked(kind, own as Record<string, unknown>, T);
  it.each([
    ['a trace', () => trace(1000, 4000), '72,001,001'],
    [
      'an average trace',
      () => grid('average-trace', { corruption: noise(1000), kinds: ['hidden'], window }, 4000),
      '24,001,001',
    ],
    [
      'every attention weight',
      () => grid('activation-patching', { grids: ['attn_head_pattern_dest_src_pos'] }, 4000),
      '768,000,002',
    ],
    [
      'every head at every position',
      () =>
        grid(
          'ablation',
          {
            method: 'resample',
            samples: 1000,
            seed: 1,
            units: ['attn_head_out_by_pos'],
            reference: {
              from: 'prompts',
              prompts: range(0, 1001).map((i) => ({ prompt: 'a', tokens: [i, ...range(1, 2000)] })),
            },
          },
          2000,
        ),
      '96,001,001',
    ],
    [
      'mediators',
      () => grid('mediation', { corruption: noise(1000), mediators: ['resid_post'] }, 4000),
      '48,001,001',
    ],
    [
      'a severed trace',
      () => grid('severed', { corruption: noise(1000), tokens: 'all' }, 4000),
      '72,001,001',
    ],
    [
      'senders and receivers',
      () =>
        grid(
          'path-patching',
          {
            receivers: Array(9999).fill({ part: 'mlp', layer: 1 }),
            senders: Array(9999).fill({ part: 'mlp', layer: 0 }),
          },
          8,
        ),
      '99,990,002',
    ],
  ])('of %s of a thousand million runs refuses at once', async (_, question, runs) => {
    await expect(estimate(question(), 20_000)).rejects.toThrow(
      `question: is too large, got ${runs} runs for one prompt, expected at most 1,000,000. ` +
        'Ask for fewer draws, a shorter prompt or fewer parts of the model.',
    );
  });
});
