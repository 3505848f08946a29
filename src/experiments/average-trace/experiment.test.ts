import { plainText } from '../../results/format';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { averageTraceExperiment } from './experiment';
import { readGolden } from '../testing/goldens';
import { figureOf, largestDifference, openGolden, runStudy } from '../testing/study';

const golden = await openGolden('tiny-a');
const cell = z.object({ mean: z.number(), clusters: z.number(), low: z.number(), high: z.number() });
const theirs = await readGolden(
  'tiny-a',
  'average-trace',
  z.object({
    scale: z.number(),
    draws: z.number(),
    seed: z.number(),
    bootstrap: z.object({ samples: z.number(), seed: z.number() }),
    facts: z.array(
      z.object({
        tokens: z.array(z.number()),
        begin: z.number(),
        end: z.number(),
        answer: z.number(),
        subject: z.string(),
      }),
    ),
    clean: z.array(z.number()),
    corrupted: z.array(z.number()),
    effects: z.record(z.enum(['hidden', 'mlp', 'attn']), z.record(z.string(), z.array(cell))),
    peak: z.object({
      role: z.string(),
      layer: z.number(),
      mean: z.number(),
      low: z.number(),
      high: z.number(),
    }),
  }),
);
const noise = {
  type: 'noise',
  rule: `${theirs.scale}`,
  sigma: theirs.scale,
  factor: 1,
  samples: theirs.draws,
  seed: theirs.seed,
  stream: 'mt19937-polar',
};
const spec = {
  version: 1,
  kind: 'average-trace',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'p',
  onlyKnown: false,
  bootstrap: theirs.bootstrap,
  corruption: noise,
  kinds: ['hidden', 'mlp', 'attn'],
  window: {
    rule: 'fixed',
    size: 1,
    layers: [
      [0, 1],
      [1, 2],
    ],
  },
  cases: theirs.facts.map(({ tokens, begin, end, answer, subject }) => ({
    prompt: 'made up',
    tokens,
    subject: { begin, end },
    answer: { id: answer },
    label: `made up:${subject}`,
  })),
};
const run = (change: object = {}) => runStudy(averageTraceExperiment, { ...spec, ...change }, golden);
const document = await run();
const L = golden.spec.nLayers;

describe('an average trace', () => {
  it.each(['hidden', 'mlp', 'attn'] as const)(
    'of %s states has the means and intervals of PyTorch and CR2 in numpy',
    (kind) => {
      const figure = figureOf(document, kind);
      const roles = Object.keys(theirs.effects[kind]);
      expect(figure.axes[0]!.labels).toEqual(roles);
      expect(figure.varies).toEqual({ what: 'facts of 16 subjects', n: 20 });
      const cells = roles.flatMap((role) => theirs.effects[kind][role]!);
      // Measured: 1e-9, the golden file's digits.
      expect(
        largestDifference(
          figure,
          cells.map(({ mean }) => mean),
        ),
      ).toBeLessThan(1e-8);
      let compared = 0;
      for (const [c, { clusters, low, high }] of cells.entries()) {
        if (clusters < 10) continue;
        compared++;
        expect(figure.intervals![c]![0]).toBeCloseTo(low, 8);
        expect(figure.intervals![c]![1]).toBeCloseTo(high, 8);
      }
      expect(compared).toBeGreaterThan(4);
    },
  );

  it('has their levels, and counts the facts behind every row', () => {
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const [clean, corrupted] = [mean(theirs.clean), mean(theirs.corrupted)];
    expect(
      largestDifference(figureOf(document, 'levels'), [clean, corrupted, clean - corrupted]),
    ).toBeLessThan(1e-8);
    const { axes, values } = figureOf(document, 'facts');
    const one = theirs.facts.filter(({ begin, end }) => end - begin === 1).length;
    const at = (role: string) => values[axes[0]!.labels.indexOf(role)];
    expect([at('subject (one token)'), at('first subject token'), at('last token')]).toEqual([
      one,
      20 - one,
      theirs.facts.filter(({ tokens, end }) => end < tokens.length).length,
    ]);
  });

  it('names the largest cell with an interval that holds for all that it was chosen from', () => {
    const { role, layer, mean, low, high } = theirs.peak;
    const [, ...said] = /\+([\d.]+) \[(-?[\d.]+), ([\d.]+)\]/.exec(plainText(document.finding))!.map(Number);
    expect(document.finding).toContain(`most at ${role}, layer ${layer}:`);
    for (const [i, number] of [mean, low, high].entries()) expect(said[i]).toBeCloseTo(number, 3);
  });
});

describe('identities', () => {
  const total = () => figureOf(document, 'levels').values[2]!;

  it('nothing before the subject matters, exactly; the last token after the last block brings everything back', () => {
    const { values, axes } = figureOf(document, 'hidden');
    const row = (role: string) => values.slice(axes[0]!.labels.indexOf(role) * L).slice(0, L);
    expect(row('before the subject')).toEqual([0, 0]);
    const facts = theirs.facts
      .map((_, i) => i)
      .filter((i) => theirs.facts[i]!.end < theirs.facts[i]!.tokens.length);
    const lost = facts.reduce((sum, i) => sum + theirs.clean[i]! - theirs.corrupted[i]!, 0) / facts.length;
    expect(row('last token')[1]).toBeCloseTo(lost, 8);
    expect(total()).not.toBe(0);
  });

  it('without noise nothing is lost and nothing brought back, exactly', async () => {
    const still = await run({ corruption: { ...noise, factor: 0 }, cases: spec.cases.slice(0, 1) });
    for (const { values } of still.figures.slice(0, 3))
      expect(values.every((value) => value === 0)).toBe(true);
    expect(figureOf(still, 'levels').values[2]).toBe(0);
  });

  it('draws of its own: the second fact alone, with the next seed, is the second fact', async () => {
    const [, second] = spec.cases;
    const alone = await run({
      cases: [second],
      corruption: { ...noise, seed: noise.seed + 1 },
      kinds: ['hidden'],
    });
    const both = await run({
      cases: [second, second],
      corruption: { ...noise, perFact: 'same', seed: noise.seed + 1 },
    });
    const own = figureOf(alone, 'levels').values[1]!;
    expect(own).toBeCloseTo(theirs.corrupted[1]!, 8);
    expect(figureOf(both, 'levels').values[1]).toBe(own);
    expect(figureOf(alone, 'hidden').axes[0]!.name).toBe('position');
  });

  it('a twin in place of noise: the twin of a prompt is itself, so nothing is lost', async () => {
    const cases = spec.cases
      .slice(0, 2)
      .map((one) => ({ ...one, corrupted: { prompt: 'same', tokens: one.tokens } }));
    const same = await run({ cases, corruption: { type: 'twin' } });
    expect(figureOf(same, 'levels').values[2]).toBe(0);
  });
});

describe('facts that the model does not know', () => {
  it('are skipped by default, with the reason', async () => {
    const { onlyKnown: _, ...asked } = spec;
    const wrong = { ...asked.cases[0]!, answer: { id: (asked.cases[0]!.answer.id + 1) % 97 } };
    const { cases, finding, figures } = await runStudy(
      averageTraceExperiment,
      { ...asked, cases: [wrong] },
      golden,
    );
    expect(cases).toMatchObject({ asked: 1, measured: 0, skipped: [{ case: 0, label: 'made up:s0' }] });
    expect(cases.skipped[0]!.reason).toMatch(
      /^the model says '<\d+>' \([\d.]+ %\), expected '<\d+>' with at least 50 %$/,
    );
    expect(finding).toBe('The model knows none of the facts that were asked so far.');
    expect(figures).toEqual([]);
  });
});

it.each<[object, string]>([
  [{ cases: [{ ...spec.cases[0], subject: undefined }] }, 'average-trace: subject: wrong value, got nothing'],
  [
    { corruption: { type: 'twin' } },
    "average-trace: prompt 1 ('made up'): the corrupted prompt: wrong value, got nothing",
  ],
  [{ corruption: { type: 'fog' } }, 'average-trace: corruption.type: wrong value, got "fog", expected'],
  [
    { kinds: ['hidden', 'hidden'] },
    'average-trace: kinds: wrong value, got hidden,hidden, expected each kind once.',
  ],
  [
    { window: { ...spec.window, layers: [[0, 1]] } },
    'average-trace: window.layers: wrong value, got 1 layers',
  ],
  [{ draws: 3 }, 'average-trace: unknown field, got "draws".'],
])('refuses %j', (change, sentence) => {
  expect(() => averageTraceExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
});
