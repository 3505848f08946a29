/** KL as a metric of a run: from an earlier run, or from given log-probabilities. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { klDivergence, logSoftmax } from '../util/distribution';
import { planForward } from './plan/plan';
import { createReferenceForward } from './reference/forward';
import { prefixRuns } from './request/prefix';
import type { MetricRow, Run } from './request/types';
import { loadGolden } from './testing';

const golden = await loadGolden('tiny-a', async (path) => new Uint8Array(await readFile(path)).buffer);
const { spec } = golden;
const forward = createReferenceForward(spec, (name) => golden.weights.get(name)!);
const metric: MetricRow = { row: 2, answer: 5 };
const captures = [{ site: 'unembed.hook_out', rows: [2] }];
const clean: Run = { id: 'clean', tokens: [1, 2, 3], metric, captures };
const scale = { site: 'blocks.0.hook_mlp_out', rows: [1, 2], op: 'scale' as const, alpha: 0.5 };
const kl = { kind: 'run' as const, run: 'clean' };
const scaled: Run = { id: 'scaled', base: 'clean', edits: [scale], metric: { ...metric, kl }, captures };

const logitsOf = async (runs: readonly Run[], id: string) =>
  (await forward({ runs, reuse: 'naive' })).runs[id]!.captures['unembed.hook_out']!.data;

it('is that of the captured rows', async () => {
  const logs = [await logitsOf([clean], 'clean'), await logitsOf([clean, scaled], 'scaled')].map(logSoftmax);
  const { runs } = await forward({ runs: prefixRuns([clean, scaled], '0/'), reuse: 'naive' });
  expect(runs['0/scaled']!.metric!.kl).toBeCloseTo(klDivergence(logs[0]!, logs[1]!), 7);
  expect(runs['0/scaled']!.metric!.kl).toBeGreaterThan(1e-5);
  expect(runs['0/clean']!.metric!.kl).toBeUndefined();
});

it('from given log-probabilities, and from a run of as many samples', async () => {
  const logProbs = Array.from({ length: spec.dVocab }, (_, id) => -Math.log(spec.dVocab) + (id % 3));
  const given: Run = { ...clean, metric: { ...metric, kl: { kind: 'given', logProbs } } };
  const { runs } = await forward({ runs: [given], reuse: 'naive' });
  const logP = logSoftmax(logProbs);
  expect(runs.clean!.metric!.kl).toBeCloseTo(
    klDivergence(logP, logSoftmax(await logitsOf([clean], 'clean'))),
    6,
  );
  const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 1, scale: 0.1, draw: 0 } as const;
  const noisy: Run = {
    id: 'noisy',
    base: 'clean',
    samples: [0, 2],
    edits: [{ site: 'hook_embed', rows: [0], op: 'add', source: noise }],
    metric,
  };
  const after: Run = {
    id: 'after',
    base: 'noisy',
    edits: [scale],
    metric: { ...metric, kl: { kind: 'run', run: 'noisy' } },
  };
  const sampled = await forward({ runs: [clean, noisy, after], reuse: 'naive' });
  const found = [0, 1].map((sample) => sampled.runs[`after.${sample}`]!.metric!.kl!);
  expect(found[0]).toBeGreaterThan(0);
  expect(found[1]).not.toBe(found[0]);
});

it('does not hide that a run changed nothing', async () => {
  const nothing: Run = { ...scaled, edits: [{ ...scale, alpha: 1 }] };
  const { runs } = await forward({ runs: [clean, nothing], reuse: 'naive' });
  expect(runs.scaled).toMatchObject({ unchanged: 'measured', metric: { kl: 0 } });
});

it('is computed where nothing else is: a base without it answers for the rest', () => {
  const idle: Run = { id: 'idle', base: 'clean', metric: { ...metric, kl } };
  const aliases = (runs: readonly Run[]) => {
    const plan = planForward(spec, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 });
    return [...plan.aliases].map(([run, same]) => [run.id, same.id]);
  };
  expect(aliases([clean, idle])).toEqual([]);
  expect(aliases([clean, { ...idle, metric }])).toEqual([['idle', 'clean']]);
  const again: Run = { id: 'again', base: 'idle', metric: { ...metric, kl } };
  expect(aliases([clean, idle, again])).toEqual([['again', 'idle']]);
});

it.each([
  [{ kind: 'run', run: 'other' }, "unknown reference run, got 'other', expected an earlier run's id."],
  [{ kind: 'run', run: 'short' }, "run 'short' has 2 tokens, got row 2, expected a row that it has."],
  [{ kind: 'given', logProbs: [0, 1] }, `got 2 log-probabilities, expected ${spec.dVocab}, one per token.`],
] as const)('is refused: %j', async (reference, sentence) => {
  const short: Run = { id: 'short', tokens: [1, 2] };
  const runs: Run[] = [short, { ...clean, metric: { ...metric, kl: reference } }];
  await expect(forward({ runs, reuse: 'naive' })).rejects.toThrow(`run 'clean': metric: kl: ${sentence}`);
});
