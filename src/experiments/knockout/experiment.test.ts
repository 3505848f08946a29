import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createReferenceForward } from '../../forward/reference/forward';
import { resolveWindow } from '../common/window';
import { readGolden } from '../testing/goldens';
import { pair, pairQuestion } from '../testing/pair';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { knockoutExperiment } from './experiment';
import { masksOf } from './sets';

const knockoutGolden = pair.extend({
  sets: z.array(
    z.object({
      name: z.string(),
      queries: z.array(z.number()),
      keys: z.array(z.number()),
      heads: z.array(z.number()).optional(),
      windows: z.array(
        z.object({
          size: z.number(),
          centres: z.array(z.object({ logitDifference: z.number(), p: z.number() })),
        }),
      ),
    }),
  ),
});

/** Tolerance of a metric; the goldens are float64 passes. */
const BAR = 1e-4;

const report = (line: string) => process.stdout.write(`${line}\n`);

describe('attention knockout', () => {
  it.each(['tiny-a', 'tiny-llama'])('is that of PyTorch: %s', async (model) => {
    const theirs = await readGolden(model, 'knockout', knockoutGolden);
    const golden = await openGolden(model);
    const L = golden.spec.nLayers;
    const errors: number[] = [];
    for (const hasHeads of [false, true]) {
      const sets = theirs.sets.filter(({ heads }) => (heads !== undefined) === hasHeads);
      expect(sets.length).toBeGreaterThan(0);
      const pairs = sets.map(({ name, queries, keys }) => ({ name, queries, keys }));
      const heads = sets[0]!.heads?.flatMap((head) =>
        Array.from({ length: L }, (_, layer) => ({ layer, head })),
      );
      for (const [w, { size }] of sets[0]!.windows.entries()) {
        const window = resolveWindow(size, L);
        for (const metric of ['logit-diff', 'p'] as const) {
          const question = { ...pairQuestion(theirs), kind: 'knockout', scale: 'raw', metric, pairs, window };
          const document = await runStudy(
            knockoutExperiment,
            { ...question, ...(heads ? { heads } : {}) },
            golden,
          );
          const expected = sets.flatMap(({ windows }) =>
            windows[w]!.centres.map((centre) => (metric === 'p' ? centre.p : centre.logitDifference)),
          );
          const { values } = figureOf(document, 'knockout');
          expect(values.length).toBe(expected.length);
          errors.push(...values.map((value, cell) => Math.abs(value! - expected[cell]!)));
        }
      }
    }
    const worst = Math.max(...errors);
    report(
      `${model} knockout: ${errors.length} numbers, largest difference ${worst.toExponential(1)} (bar ${BAR})`,
    );
    expect(worst).toBeLessThan(BAR);
  });
});

const golden = await openGolden('tiny-a');
const one = {
  prompt: 'a',
  tokens: [3, 14, 15, 9, 26],
  subject: { begin: 1, end: 3 },
  answer: { id: 5 },
  distractor: { id: 7 },
};
const spec = {
  version: 1,
  kind: 'knockout',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
  window: resolveWindow(1, 2),
};
const values = async (change: object) =>
  figureOf(await runStudy(knockoutExperiment, { ...spec, ...change }, golden), 'knockout').values;

describe('a knockout', () => {
  it('leaves probability exactly 0 at the keys, and rows that sum to 1', async () => {
    const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
    const site = 'blocks.1.attn.hook_pattern';
    const masks = masksOf({ queries: [3, 4], keys: [1, 2] }, [1, 2], undefined);
    const runs = [{ id: 'run', tokens: one.tokens, masks, captures: [{ site }] }];
    const { shape, data } = (await forward({ runs, reuse: 'naive' })).runs.run!.captures[site]!;
    const [H, T] = [shape[0]!, shape[1]!];
    for (let h = 0; h < H; h++) {
      for (const q of [3, 4]) {
        const row = data.subarray((h * T + q) * T, (h * T + q + 1) * T);
        expect([row[1], row[2]]).toEqual([0, 0]);
        expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
      }
    }
  });

  it('of later keys, and of what nobody reads, changes nothing, exactly', async () => {
    const pairs = [
      { queries: [2], keys: [3, 4] },
      { queries: [1, 2], keys: [0] },
    ];
    const [early, , , late] = await values({ pairs });
    expect(early).toBe(0);
    // Only the answer's own row matters after the last attention.
    expect(late).toBe(0);
  });

  it('of all heads is that of every head by name', async () => {
    const pairs = [{ queries: 'answer', keys: 'subject' }];
    const every = [0, 1].flatMap((layer) =>
      Array.from({ length: golden.spec.nHeads }, (_, head) => ({ layer, head })),
    );
    const all = await values({ pairs });
    expect(await values({ pairs, heads: every })).toEqual(all);
    expect(all[0]).not.toBe(0);
    expect(await values({ pairs, heads: [{ layer: 1, head: 0 }] })).toEqual([null, expect.any(Number)]);
  });

  it('names sets of tokens', async () => {
    const named = [
      { queries: 'answer', keys: 'not-subject' },
      { queries: 'subject', keys: 'before-subject' },
      { queries: 'answer', keys: 'after-subject' },
      { queries: 'answer', keys: 'start' },
    ];
    const numbered = [
      { queries: [4], keys: [0, 3] },
      { queries: [1, 2], keys: [0] },
      { queries: [4], keys: [3] },
      { queries: [4], keys: [0] },
    ];
    expect(await values({ pairs: named })).toEqual(await values({ pairs: numbered }));
  });

  it.each<[object, string]>([
    [{ pairs: [{ queries: 'end', keys: 'start' }] }, 'knockout: pairs[0].queries: wrong value, got "end"'],
    [
      { pairs: [{ queries: [0], keys: 'start' }] },
      'knockout: pairs[0]: wrong value, got no key left for position 0, expected at least one.',
    ],
    [
      { pairs: [{ queries: [5], keys: 'start' }] },
      'knockout: pairs[0].queries: wrong value, got position 5, expected positions below 5.',
    ],
    [
      {
        cases: [{ ...one, subject: { begin: 0, end: 2 } }],
        pairs: [{ queries: 'answer', keys: 'before-subject' }],
      },
      "knockout: pairs[0].keys: wrong value, got 'before-subject', expected at least one such token in every case.",
    ],
    [
      { window: resolveWindow(1, 3) },
      "knockout: window.layers: wrong value, got 3 layers, expected 2, the model's number.",
    ],
    [{ heads: [{ layer: 0, head: 99 }] }, 'knockout: heads[0].head: wrong value, got 99, expected 0..'],
  ])('refuses %j', (change, sentence) => {
    expect(() => knockoutExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });
});
