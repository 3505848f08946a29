import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createReferenceForward } from '../../forward/reference/forward';
import { standardNormals } from '../../util/random';
import { exactInterval } from '../../statistics/stats';
import { scaledTo } from '../common/directions';
import { metricValue } from '../common/metric';
import { readGolden } from '../testing/goldens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { probeExperiment } from './experiment';
import { dot } from '../../util/dot';
import { fitRidge, type Probe, predict } from './ridge';
import { type ProbeSpec, splitOf } from './spec';
import { trainLayer } from './training';

const numbers = z.array(z.number());
const accuracy = z.object({ train: z.number(), test: z.number() });
const golden = z.object({
  clean: numbers,
  corrupted: numbers,
  answer: z.number(),
  distractor: z.number(),
  layer: z.number(),
  position: z.number(),
  train: z.number(),
  prompts: z.array(numbers),
  permutations: z.array(numbers),
  tasks: z.record(
    z.string(),
    z.object({
      labels: numbers,
      classes: z.number(),
      fits: z.array(z.object({ lambda: z.number(), accuracy, shuffled: z.array(accuracy) })),
      weights: z.array(numbers),
      bias: numbers,
    }),
  ),
  causal: numbers,
  x: z.array(numbers),
});
const theirs = await readGolden('tiny-llama', 'probe', golden);

const one = (tokens: readonly number[], more: object = {}) => ({
  prompt: 'a',
  tokens,
  answer: { id: theirs.answer },
  distractor: { id: theirs.distractor },
  ...more,
});
const study = (cases: readonly object[], classes: readonly string[], more: object = {}) => ({
  version: 1,
  kind: 'probe',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases,
  classes,
  layers: [0],
  ...more,
});
const four = Array.from({ length: 4 }, (_, i) => one([1, 2, 3 + i]));

describe('ridge', () => {
  it.each(Object.keys(theirs.tasks))('is scikit-learn’s: %s', (name) => {
    const { labels, classes, fits, weights, bias } = theirs.tasks[name]!;
    const { x, train } = theirs;
    const fitted = (own: readonly number[], lambda: number) =>
      fitRidge(x.slice(0, train), own.slice(0, train), classes, lambda);
    const share = (probe: Probe, own: readonly number[], from: number, to: number) =>
      own.slice(from, to).filter((label, i) => predict(probe, x[from + i]!) === label).length / (to - from);
    for (const { lambda, accuracy: right, shuffled } of fits) {
      const probe = fitted(labels, lambda);
      expect(share(probe, labels, 0, train)).toBe(right.train);
      expect(share(probe, labels, train, x.length)).toBe(right.test);
      for (const [p, order] of theirs.permutations.entries()) {
        const control = fitted(
          order.map((i) => labels[i]!),
          lambda,
        );
        expect(share(control, labels, train, x.length)).toBe(shuffled[p]!.test);
      }
    }
    const last = fitted(labels, fits.at(-1)!.lambda);
    for (let c = 0; c < classes; c++) {
      expect(Math.abs(last.bias[c]! - bias[c]!)).toBeLessThan(1e-8);
      for (const [d, w] of last.weights[c]!.entries())
        expect(Math.abs(w - weights[d]![c]!)).toBeLessThan(1e-8);
    }
  });

  it.each([
    [30, 8],
    [8, 30],
  ])('has no gradient left, whichever system is solved: %i cases of width %i', (n, D) => {
    const random = standardNormals(2, n * D);
    const x = Array.from({ length: n }, (_, i) => random.subarray(i * D, (i + 1) * D));
    const labels = x.map((_, i) => i % 2);
    const { weights, bias } = fitRidge(x, labels, 2, 0.5);
    for (const [c, w] of weights.entries()) {
      const residual = x.map((row, i) => dot(w, row) + bias[c]! - (labels[i] === c ? 1 : -1));
      expect(Math.abs(residual.reduce((a, b) => a + b, 0))).toBeLessThan(1e-10);
      for (let d = 0; d < D; d++) {
        const gradient = x.reduce((sum, row, i) => sum + row[d]! * residual[i]!, 0) + 0.5 * w[d]!;
        expect(Math.abs(gradient)).toBeLessThan(1e-10);
      }
    }
  });
});

describe('linear probe', () => {
  it('recovers a planted feature, and its controls are at chance', () => {
    const [n, D] = [200, 24];
    const random = standardNormals(9, n * D + D);
    const feature = scaledTo(random.subarray(n * D), 1);
    const classes = Array.from({ length: n }, (_, i) => (i % 2 ? 'yes' : 'no'));
    const x = classes.map((name, i) =>
      feature.map((f, d) => 0.3 * random[i * D + d]! + (name === 'yes' ? 2 : 0) * f),
    );
    const spec = probeExperiment.parseSpec(
      study(
        Array.from({ length: n }, () => one([1])),
        classes,
        { shuffles: 100 },
      ),
    );
    const { held } = splitOf(spec);
    const trained = trainLayer(spec, x);
    expect(trained.held).toBe(held.length);
    // From 'no' to 'yes': along the feature, by the planted 2.
    expect(dot(trained.next[0]!.direction, feature)).toBeGreaterThan(0.9);
    expect(trained.next[0]!.distance).toBeGreaterThan(1.8);
    const shares = trained.shuffled.map((right) => right / held.length);
    const control = shares.reduce((sum, share) => sum + share / shares.length, 0);
    // 100 shuffles of 60 cases: the mean's standard error is below 0.02.
    expect(Math.abs(control - 0.5)).toBeLessThan(0.06);
  });

  it('takes the clean component along the probe as an independent float64 pass does, within 1e-5', async () => {
    const { spec: model, weights } = await openGolden('tiny-llama');
    const { weights: w } = theirs.tasks.half!;
    const direction = scaledTo(
      w.map((row) => row[1]! - row[0]!),
      1,
    );
    const next = [0, 1].map(() => ({ direction, distance: 1 }));
    const forward = createReferenceForward(model, (name) => weights.get(name)!);
    for (const [position, want] of theirs.causal.entries()) {
      const corrupted = { prompt: 'b', tokens: theirs.corrupted };
      const cases = four.map(() =>
        one(theirs.clean, { corrupted, subject: { begin: position, end: position + 1 } }),
      );
      const asked = { causal: 'patch', position: 'subject-last', layers: [theirs.layer] };
      const spec: ProbeSpec = probeExperiment.parseSpec(study(cases, ['a', 'b', 'a', 'b'], asked), model);
      const [i] = splitOf(spec).held;
      const trained = [{ held: 0, trained: 0, shuffled: [], next }];
      const { runs } = await forward({
        runs: probeExperiment.plan(spec, model, i!, trained),
        reuse: 'naive',
      });
      const got = metricValue('logit-diff', runs[`${theirs.layer}.0`]!.metric!);
      expect(Math.abs(got - want)).toBeLessThan(1e-5);
    }
  });

  it('reads which token stood there, seeded, and pushes held-out cases only', async () => {
    const { labels } = theirs.tasks.half!;
    const cases = theirs.prompts.slice(0, 40).map((tokens) => one(tokens));
    const classes = labels.slice(0, 40).map((label) => (label ? 'second' : 'first'));
    const spec = study(cases, classes, { controls: 2, shuffles: 5, layers: [0, 1] });
    const model = await openGolden('tiny-llama');
    const document = await runStudy(probeExperiment, spec, model);
    expect((await runStudy(probeExperiment, spec, model)).figures).toEqual(document.figures);
    const read = figureOf(document, 'accuracy');
    // The same probe on PyTorch's states.
    const trained = trainLayer(probeExperiment.parseSpec(spec), theirs.x.slice(0, 40));
    expect(read.values[0]).toBe(trained.held / 12);
    expect(figureOf(document, 'shuffled').values[0]).toBeCloseTo(
      trained.shuffled.reduce((sum, right) => sum + right / 12 / 5, 0),
      12,
    );
    expect(read.varies).toEqual({ what: 'held-out cases', n: 12 });
    expect(read.intervals![0]).toEqual(exactInterval(trained.held, 12));
    const causal = figureOf(document, 'causal');
    expect(causal.axes[0]!.labels).toEqual(['the probe', 'random (mean of 2)']);
    expect(causal.varies!.n).toBe(12);
    // After the last block a push passes only the final norm, but still moves the answer.
    expect(causal.values[1]).not.toBe(0);
  });

  it('keeps cases of one subject on one side', () => {
    const cases = Array.from({ length: 20 }, (_, i) => one([1, 2], { label: `r:${i % 7}` }));
    const { train, held } = splitOf(
      probeExperiment.parseSpec(
        study(
          cases,
          cases.map((_, i) => `${Math.floor(i / 7) % 2}`),
        ),
      ),
    );
    for (const i of train) for (const j of held) expect(i % 7).not.toBe(j % 7);
    expect(train.length + held.length).toBe(20);
  });

  it('has Clopper and Pearson’s intervals: 9 of 10, none of 10 (scipy.stats.beta)', () => {
    const close = ([low, high]: readonly number[], want: readonly number[]) => {
      expect(low).toBeCloseTo(want[0]!, 10);
      expect(high).toBeCloseTo(want[1]!, 10);
    };
    close(exactInterval(9, 10), [0.5549838829718047, 0.9974714214555382]);
    close(exactInterval(0, 10), [0, 0.3084971078187607]);
    close(exactInterval(9, 10, 6), [0.445832151232073, 0.9995825500154533]);
    close(exactInterval(2.5, 7), [0.06472826694948343, 0.7654987507479062]);
  });

  it.each<[readonly object[], readonly string[], object, string]>([
    [four, ['a', 'b'], {}, 'probe: classes: wrong value, got 2 classes, expected 4, one per case.'],
    [
      four,
      ['a', 'a', 'a', 'a'],
      {},
      "probe: classes: wrong value, got only 'a', expected two or more classes.",
    ],
    [four.slice(0, 1), ['a'], {}, "got only 'a'"],
    [four, ['a', 'b', 'c', 'd'], {}, 'probe: train: wrong value, got no training case of'],
    [
      four,
      ['a', 'b', 'a', 'b'],
      { layers: [2] },
      'probe: layers: wrong value, got 2, expected layers below 2.',
    ],
    [four, ['a', 'b', 'a', 'b'], { lambda: 0 }, 'probe: lambda: wrong value, got 0, expected more than 0.'],
    [
      four,
      ['a', 'b', 'a', 'b'],
      { position: 'subject-last' },
      "got 'subject-last', expected a subject in every case",
    ],
    [
      four,
      ['a', 'b', 'a', 'b'],
      { causal: 'patch' },
      "prompt 1 ('a'): the corrupted prompt: wrong value, got nothing",
    ],
    [
      four.map((own) => ({ ...own, label: 'r:one' })),
      ['a', 'b', 'a', 'b'],
      {},
      'probe: train: wrong value, got all 4 cases, expected some that are held out',
    ],
  ])('refuses what cannot be a probe', async (cases, classes, more, sentence) => {
    const { spec } = await openGolden('tiny-llama');
    expect(() => probeExperiment.parseSpec(study(cases, classes, more), spec)).toThrow(sentence);
  });

  it('refuses classes that look the same', () => {
    const spec = probeExperiment.parseSpec(study(four, ['a', 'b', 'a', 'b'], { train: 0.5 }));
    const x = four.map(() => [1, 2, 3]);
    expect(() => trainLayer(spec, x)).toThrow(
      "probe: classes: cannot be told apart, got the same state for 'a' and 'b'",
    );
  });
});
