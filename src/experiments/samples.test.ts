/** `Run.samples` on whole documents: draws as samples of one run equal separate runs. */
import { describe, expect, it } from 'vitest';
import { expandSamples } from '../forward/request/samples';
import type { RunForward } from '../forward/request/contract';
import type { ResultDocument } from '../results/document';
import { range } from '../util/range';
import { averageTraceExperiment } from './average-trace/experiment';
import type { Experiment } from './experiment';
import { mediationExperiment } from './mediation/experiment';
import { severedExperiment } from './severed/experiment';
import { referenceOf } from './testing/rounds';
import { openGolden, runStudy } from './testing/study';
import { traceExperiment } from './trace/experiment';
import { tightenExperiment } from './trace/tighten';

const golden = await openGolden('tiny-a');
const reference = referenceOf(golden);
const L = golden.spec.nLayers;

/** The same runs, one by one. */
const oneByOne: RunForward = async ({ runs, reuse }, options) => {
  const expanded = expandSamples(runs);
  expect(expanded.length).toBeGreaterThan(runs.length);
  return reference({ runs: expanded, reuse }, options);
};

async function both<S, M, O, P, F>(experiment: Experiment<S, M, O, P, F>, spec: unknown): Promise<unknown> {
  const document = await runStudy(experiment, spec, golden);
  expect(document).toEqual(await runStudy(experiment, spec, golden, oneByOne));
  return document;
}

const corruption = {
  type: 'noise',
  rule: '0.5',
  sigma: 0.5,
  factor: 1,
  samples: 3,
  seed: 1,
  stream: 'mt19937-polar',
};
const one = {
  prompt: 'a',
  tokens: [3, 14, 15, 9, 26],
  subject: { begin: 1, end: 3 },
  answer: { id: 5 },
  distractor: { id: 7 },
};
const common = { version: 1, model: { id: 'golden', revision: 'local' }, bos: false, metric: 'p' };
const study = { ...common, cases: [one, { ...one, tokens: [3, 14, 15, 26] }], onlyKnown: false, corruption };
const window = { rule: 'fixed', size: 1, layers: range(0, L).map((l) => [l, l + 1]) };
const kinds = ['hidden', 'mlp', 'attn'];

describe('documents of samples and of single runs', () => {
  it('are the same: a trace, and more draws of it', async () => {
    const spec = {
      ...common,
      ...one,
      kind: 'causal-trace',
      metric: 'logit-diff',
      // So little noise that one more look is enough.
      corruption: { ...corruption, sigma: 0.02 },
      direction: 'restore',
      kinds,
      window,
      groups: [{ name: 'subject', rows: [1, 2] }],
    };
    const document = (await both(traceExperiment, spec)) as ResultDocument;
    expect(document.figures.find(({ name }) => name === 'mlp')!.draws![L]).toHaveLength(corruption.samples);
    const targets = ['corrupted' as const, { figure: 'hidden', cell: 2 * L }];
    const tightened = await both(tightenExperiment({ document, targets }), document.spec);
    expect((tightened as ResultDocument).tightened![1]!.draws).toBeGreaterThanOrEqual(30);
  });

  it.each([
    ['an average trace', averageTraceExperiment, { kind: 'average-trace', kinds, window }],
    ['a severed trace', severedExperiment, { kind: 'severed', tokens: 'all' }],
    ['one whose noise goes on', severedExperiment, { kind: 'severed', noise: 'continued' }],
    ['mediation', mediationExperiment, { kind: 'mediation', mediators: ['mlp_out', 'attn_out'] }],
  ] as const)('are the same: %s', async (_, experiment, own) => {
    await both(experiment as Experiment<unknown, unknown>, { ...study, ...own });
  });
});
